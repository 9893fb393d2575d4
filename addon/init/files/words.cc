#include "words.h"

#include <string.h>

#include "files/mount_lines.h"
#include "options.h"

namespace {

constexpr struct {
  const char* name;
  Root root;
} kRoots[] = {
    {"host", Root::kHost},
    {"host-readonly", Root::kReadOnlyHost},
    {"host-overlay", Root::kHostOverlay},
    {"empty", Root::kEmpty},
    {"layers", Root::kLayers},
    {"directory", Root::kDirectory},
};

constexpr struct {
  const char* name;
  Propagation propagation;
} kPropagations[] = {
    {"private", Propagation::kPrivate},
    {"slave", Propagation::kSlave},
    {"shared", Propagation::kShared},
    {"unchanged", Propagation::kUnchanged},
};

void SetRoot(Options& options, const char* name) {
  for (const auto& row : kRoots) {
    if (strcmp(row.name, name) == 0) {
      options.files.root = row.root;
      return;
    }
  }
  Refuse("unknown root", name);
}

void SetPropagation(Options& options, const char* name) {
  for (const auto& row : kPropagations) {
    if (strcmp(row.name, name) == 0) {
      options.files.propagation = row.propagation;
      return;
    }
  }
  Refuse("unknown propagation", name);
}

// The mount that the words about one are for: the last.
MountLine& LastMount(Options& options, const char* value) {
  if (options.files.mounts.empty()) Refuse("no --mount before", value);
  return options.files.mounts.back();
}

MountLine& AddMount(Options& options, const char* name) {
  const MountKind* const kind = FindMountKind(name);
  if (kind == nullptr) Refuse("unknown kind of mount", name);
  options.files.mounts.push_back({.kind = kind, .sources = {}});
  return options.files.mounts.back();
}

// The target of a mount, or of a file that is lent: whichever came last has none yet.
void SetTarget(Options& options, const char* target) {
  if (!options.files.lend.empty() && options.files.lend.back().target == nullptr) {
    options.files.lend.back().target = target;
    return;
  }
  MountLine& mount = LastMount(options, target);
  if (mount.target != nullptr) Refuse("no --mount before", target);
  mount.target = target;
}

constexpr Word kWords[] = {
    {"--root", "KIND", "host, host-readonly, host-overlay, empty, layers or directory", SetRoot},
    {"--layer", "DIR", "a directory that the root is made of, the topmost first (repeatable)",
     [](Options& o, const char* v) { o.files.layers.push_back(v); }},
    {"--root-data", "DATA", "options of the tmpfs that holds what is written to the root",
     [](Options& o, const char* v) { o.files.root_data = v; }},
    {"--root-readonly", nullptr, "make the root read-only when all is mounted",
     [](Options& o, const char*) { o.files.root_readonly = true; }},
    {"--propagation", "KIND", "private, slave, shared or unchanged", SetPropagation},
    {"--proc", nullptr, "a private /proc",
     [](Options& o, const char*) { o.files.mount_proc = true; }},
    {"--protect-proc", nullptr, "global files below /proc read-only (for real root)",
     [](Options& o, const char*) { o.files.protect_proc = true; }},
    {"--sys", nullptr, "a fresh, read-only /sys",
     [](Options& o, const char*) { o.files.mount_sys = true; }},
    {"--protect-sys", nullptr, "the /sys that is there, read-only",
     [](Options& o, const char*) { o.files.protect_sys = true; }},
    {"--dev", nullptr, "a minimal /dev",
     [](Options& o, const char*) { o.files.minimal_dev = true; }},
    {"--empty-dev", nullptr, "a /dev without devices",
     [](Options& o, const char*) { o.files.empty_dev = true; }},
    {"--mqueue", nullptr, "POSIX message queues on /dev/mqueue",
     [](Options& o, const char*) { o.files.mount_mqueue = true; }},
    {"--tmpfs", "DIR", "an empty tmpfs over DIR (repeatable)",
     [](Options& o, const char* v) { o.files.tmpfs.push_back({v, nullptr}); }},
    {"--tmpfs-data", "DATA", "its options, as size=1m,mode=755",
     [](Options& o, const char* v) {
       if (o.files.tmpfs.empty()) Refuse("no --tmpfs before", v);
       o.files.tmpfs.back().data = v;
     }},
    {"--directory", "DIR", "make DIR, open to all, below a covered directory (repeatable)",
     [](Options& o, const char* v) { o.files.directories.push_back(v); }},
    {"--keep", "PATH", "leave PATH visible below a covered directory (repeatable)",
     [](Options& o, const char* v) { o.files.keep.push_back({v, false}); }},
    {"--ro-keep", "PATH", "the same, read-only",
     [](Options& o, const char* v) { o.files.keep.push_back({v, true}); }},
    {"--lend", "FILE", "make FILE visible at the target that follows, if nothing is there",
     [](Options& o, const char* v) { o.files.lend.push_back({v, nullptr}); }},
    {"--mount", "KIND", "bind, tmpfs, proc, sysfs, devpts, mqueue, overlay, file, symlink or dir",
     [](Options& o, const char* v) { AddMount(o, v); }},
    {"--from", "SOURCE", "what the mount before is of; the content of a file or link",
     [](Options& o, const char* v) { LastMount(o, v).sources.push_back(v); }},
    {"--onto", "TARGET", "the target of the mount, bind or lend before",
     [](Options& o, const char* v) { SetTarget(o, v); }},
    {"--with", "DATA", "options of the mount before; the mode of a file or directory",
     [](Options& o, const char* v) { LastMount(o, v).data = v; }},
    {"--upper", "DIR", "the upper layer of the overlay before",
     [](Options& o, const char* v) { LastMount(o, v).upper = v; }},
    {"--work", "DIR", "the work directory of the overlay before",
     [](Options& o, const char* v) { LastMount(o, v).work = v; }},
    {"--readonly", nullptr, "make the mount before read-only",
     [](Options& o, const char*) { LastMount(o, "--readonly").readonly = true; }},
    {"--devices", nullptr, "let device nodes of the bind before work",
     [](Options& o, const char*) { LastMount(o, "--devices").dev = true; }},
    {"--bind", "SOURCE", "--mount=bind --from=SOURCE",
     [](Options& o, const char* v) { AddMount(o, "bind").sources.push_back(v); }},
    {"--ro-bind", "SOURCE", "--mount=bind --from=SOURCE --readonly",
     [](Options& o, const char* v) {
       MountLine& bind = AddMount(o, "bind");
       bind.sources.push_back(v);
       bind.readonly = true;
     }},
    {"--mask", "PATH", "cover PATH with nothing (repeatable)",
     [](Options& o, const char* v) { o.files.masked.push_back(v); }},
    {"--make-readonly", "PATH", "make PATH read-only (repeatable)",
     [](Options& o, const char* v) { o.files.readonly.push_back(v); }},
};

}  // namespace

std::span<const Word> FileWords() { return kWords; }

void CheckFileWords(const FileOptions& options) {
  for (const LendLine& lend : options.lend) {
    if (lend.target == nullptr) Refuse("no --onto after", lend.source);
  }
  for (const MountLine& mount : options.mounts) {
    const char* const name = NameOf(*mount.kind);
    if (NeedsSource(*mount.kind) && mount.sources.empty()) Refuse("no --from after", name);
    if (mount.target == nullptr) {
      Refuse("no --onto after", mount.sources.empty() ? name : mount.sources.front());
    }
    if ((mount.upper == nullptr) != (mount.work == nullptr)) {
      Refuse("--upper and --work go together", mount.target);
    }
  }
  const bool layered = options.root == Root::kLayers || options.root == Root::kDirectory;
  if (layered == options.layers.empty()) Refuse("--layer goes with the roots", "layers, directory");
  if (options.root == Root::kHost && options.root_readonly) {
    Refuse("--root-readonly goes with", "a root of its own");
  }
}
