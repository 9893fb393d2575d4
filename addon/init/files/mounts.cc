#include "files/mounts.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vector>

#include "files/mount_lines.h"
#include "files/mount_points.h"
#include "files/read_only.h"
#include "files/read_only_host.h"
#include "files/root.h"
#include "files/system_mounts.h"
#include "files/written.h"
#include "status.h"

namespace {

void MountTmpfs(const TmpfsLine& line) {
  MakeMountPoint("mount tmpfs", line.path, true);
  char mode[16];
  const char* data = line.data;
  if (data == nullptr) {
    struct stat status;
    if (stat(line.path, &status) == -1) FailStep("mount tmpfs", line.path, errno);
    snprintf(mode, sizeof mode, "mode=%o", status.st_mode & 07777);
    data = mode;
  }
  Mount("mount tmpfs", "tmpfs", line.path, "tmpfs", MS_NOSUID | MS_NODEV, data);
  RememberOwn("mount tmpfs", line.path);
  // Debian's programs expect it, and /run is only theirs to fill at boot. file-hierarchy(7)
  if (strcmp(line.path, "/run") == 0) MakeDirectory("/run/lock", 01777);
}

void MakeOpenDirectory(const char* path) {
  MakeMountPoint("make directory", path, true);
  // What is kept is the host's, its modes too.
  if (IsOwn("make directory", path) && chmod(path, 01777) == -1)
    FailStep("make directory", path, errno);
}

void Keep(const KeepLine& line, const Opened& opened) {
  BindOpened("keep path", opened, line.path);
  if (line.readonly) Restrict("keep path", line.path, kReadOnly);
}

// A library of the host's, for the command that comes from there: only where the root has none of
// that name, for its own programs want their own.
void Lend(const LendLine& line, const Opened& opened) {
  if (!IsMissing("lend file", line.target)) {
    close(opened.fd);
    return;
  }
  BindOpened("lend file", opened, line.target);
  Restrict("lend file", line.target, kReadOnly);
}

// A file shows nothing, a directory is empty. OCI runtime spec, maskedPaths
void Mask(const char* path, const Opened& null) {
  struct stat status;
  if (stat(path, &status) == -1) {
    // Not every kernel has every path; what is not there needs no mask.
    if (errno == ENOENT) return;
    FailStep("mask path", path, errno);
  }
  if (S_ISDIR(status.st_mode)) {
    Mount("mask path", "tmpfs", path, "tmpfs", kNoSuidDevExec | MS_RDONLY, "mode=555,nr_inodes=1");
  } else {
    Mount("mask path", PathOf(null).c_str(), path, nullptr, MS_BIND);
  }
}

}  // namespace

bool WantsMounts(const FileOptions& options) {
  return options.root != Root::kHost || options.mount_proc || options.protect_proc ||
         options.mount_sys || options.protect_sys || options.minimal_dev || options.empty_dev ||
         options.mount_mqueue || options.propagation != Propagation::kPrivate ||
         !options.tmpfs.empty() || !options.directories.empty() || !options.keep.empty() ||
         !options.mounts.empty() || !options.masked.empty() || !options.readonly.empty();
}

void SetPropagation(Propagation propagation, unsigned long namespaces) {
  if (propagation == Propagation::kUnchanged) {
    // A user namespace makes our copy a slave of the host's. Without one every mount of ours would
    // appear on the host. mount_namespaces(7)
    if ((namespaces & CLONE_NEWUSER) == 0) FailStep("keep propagation", "user", EXDEV);
    return;
  }
  const bool slave = propagation == Propagation::kSlave;
  if (mount(nullptr, "/", nullptr, MS_REC | (slave ? MS_SLAVE : MS_PRIVATE), nullptr) == -1) {
    FailStep(slave ? "make mounts slaves" : "make mounts private", "/", errno);
  }
}

FromHost OpenFromHost(const FileOptions& options) {
  const auto open = options.root == Root::kReadOnlyHost ? OpenSpared : OpenPath;
  FromHost host;
  for (const KeepLine& keep : options.keep) host.kept.push_back(open("keep path", keep.path));
  for (const LendLine& lend : options.lend) {
    host.lent.push_back(OpenPath("lend file", lend.source));
  }
  for (const MountLine& line : options.mounts) host.sources.push_back(OpenSources(line, open));
  if (!options.masked.empty()) host.null = OpenPath("mask path", "/dev/null");
  return host;
}

void SetUpMounts(const FileOptions& options, const FromHost& host, unsigned long namespaces) {
  // Directory modes below are meant as written.
  const mode_t mask = umask(0);
  const bool own_root = HasOwnRoot(options);
  if (options.root == Root::kReadOnlyHost) MakeHostReadOnly(!options.mount_proc);
  if (own_root) EnterRoot(options);
  if (options.minimal_dev) MountDev();
  if (options.empty_dev) MountEmptyDev();
  if (options.mount_proc) MountProc(options.protect_proc);
  if (options.protect_proc) ProtectProc(namespaces);
  if (options.mount_sys) MountSys(namespaces);
  if (options.protect_sys) BindReadOnly("protect sys", "/sys");
  if (options.mount_mqueue) {
    Mount("mount mqueue", "mqueue", "/dev/mqueue", "mqueue", kNoSuidDevExec);
  }
  for (const TmpfsLine& line : options.tmpfs) MountTmpfs(line);
  for (const char* path : options.directories) MakeOpenDirectory(path);
  for (size_t i = 0; i < host.kept.size(); ++i) Keep(options.keep[i], host.kept[i]);
  for (size_t i = 0; i < host.lent.size(); ++i) Lend(options.lend[i], host.lent[i]);
  for (size_t i = 0; i < host.sources.size(); ++i) {
    MakeMountLine(options.mounts[i], host.sources[i]);
  }
  for (const char* path : options.masked) Mask(path, host.null);
  if (host.null.fd != -1) close(host.null.fd);
  if (own_root) LeaveHost();
  for (const char* path : options.readonly) BindReadOnly("make read-only", path);
  if (options.root_readonly) MakeOneReadOnly("make read-only", "/");
  if (options.propagation == Propagation::kShared) {
    Mount("make mounts shared", nullptr, "/", nullptr, MS_REC | MS_SHARED);
  }
  BeginWatching();
  umask(mask);
}
