#pragma once

#include <vector>

struct TmpfsLine {
  const char* path;
  const char* data;  // nullptr: the mode of what it covers
};

// A path of the host's that stays visible, at its own place.
struct KeepLine {
  const char* path;
  bool readonly;
};

// A file of the host's that is put where the root has none.
struct LendLine {
  const char* source;
  const char* target;
};

struct MountKind;

// One of the mounts that are made in order, after everything else.
struct MountLine {
  const MountKind* kind;
  std::vector<const char*> sources;  // paths, or a text: see the table of kinds
  const char* target = nullptr;
  const char* data = nullptr;
  const char* upper = nullptr;
  const char* work = nullptr;
  bool readonly = false;
  bool dev = false;  // device nodes of a bind work
};

enum class Root {
  kHost,
  kReadOnlyHost,
  kHostOverlay,  // an overlay over each directory of the host's
  kEmpty,
  kLayers,     // an overlay over directories
  kDirectory,  // a directory as it is
};

enum class Propagation { kPrivate, kSlave, kShared, kUnchanged };

struct FileOptions {
  Root root = Root::kHost;
  std::vector<const char*> layers;  // the topmost first
  const char* root_data = "mode=755";
  bool root_readonly = false;
  Propagation propagation = Propagation::kPrivate;
  bool mount_proc = false;
  bool protect_proc = false;
  bool mount_sys = false;
  bool protect_sys = false;
  bool minimal_dev = false;
  bool empty_dev = false;
  bool mount_mqueue = false;
  std::vector<TmpfsLine> tmpfs;          // directories to cover
  std::vector<const char*> directories;  // to make, below a covered directory
  std::vector<KeepLine> keep;            // paths below them that stay visible
  std::vector<LendLine> lend;
  std::vector<MountLine> mounts;
  std::vector<const char*> masked;
  std::vector<const char*> readonly;
};

// Has the sandbox a root file system of its own?
inline bool HasOwnRoot(const FileOptions& options) {
  return options.root != Root::kHost && options.root != Root::kReadOnlyHost;
}
