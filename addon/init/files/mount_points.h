// Inside: mount(2) and what it is done with. Every function here ends in FailStep or succeeds.
#pragma once

#include <sys/stat.h>

#include <string>
#include <vector>

constexpr unsigned long kNoSuidDevExec = 0x2 | 0x4 | 0x8;  // MS_NOSUID, MS_NODEV, MS_NOEXEC

void Mount(const char* step, const char* source, const char* target, const char* type,
           unsigned long flags, const char* data = nullptr);

void MakeDirectory(const std::string& path, mode_t mode);
void MakeFile(const char* step, const char* path);

// Once the root is the sandbox's own, the host's is the working directory until it is left: what
// the host has at "/dev" is "dev" then. See root.cc.
void HostIsWorkingDirectory(bool yes);
const char* HostPath(const char* path);

// File systems that were mounted here, and in which mount points may be made. Anywhere else, making
// one would change the host.
void RememberOwn(const char* step, const char* path);
bool IsOwn(const char* step, const std::string& directory);

// Makes `path` and the directories above it, where they are missing. Links on the way are followed.
void MakeMountPoint(const char* step, const std::string& path, bool is_directory);

// Is nothing there? A link that leads nowhere is something.
bool IsMissing(const char* step, const char* path);

// A path opened before the directory above it is covered. The descriptor leads to it still.
struct Opened {
  const char* path;
  int fd;
  bool is_directory;
  bool is_detached;  // a mount of its own, which is nowhere yet. open_tree(2)
};

Opened OpenPath(const char* step, const char* path);

// The same, as a copy of the mounts there: what happens to the originals does not reach it.
// Before Linux 5.2 there is none, and false is returned.
bool CloneTree(const char* step, const char* path, Opened* opened);

// Binds what was opened onto `target`, submounts included, and closes it.
void BindOpened(const char* step, const Opened& opened, const char* target);

// /proc/self/fd/N of the host's /proc, which leads to what was opened.
std::string PathOf(const Opened& opened);

// A tmpfs for what is put together out of the way. What was mounted from it lives on.
class Scratch {
 public:
  // It covers a directory that nothing needs meanwhile: not one that `target` lies in.
  Scratch(const char* step, const char* target);
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch();
  [[nodiscard]] std::string Path(const char* name) const;

 private:
  const char* step_;
  const char* directory_;
};
