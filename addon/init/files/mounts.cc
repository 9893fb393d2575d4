#include "files/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <vector>

#include "kernel.h"
#include "status.h"

namespace {

constexpr unsigned long kNoSuidDevExec = MS_NOSUID | MS_NODEV | MS_NOEXEC;

void Mount(const char* step, const char* source, const char* target, const char* type,
           unsigned long flags, const char* data = nullptr) {
  if (mount(source, target, type, flags, data) == -1) FailStep(step, target, errno);
}

void MakeDirectory(const std::string& path, mode_t mode) {
  if (mkdir(path.c_str(), mode) == -1 && errno != EEXIST) {
    FailStep("make directory", path.c_str(), errno);
  }
}

void MakeFile(const char* step, const char* path) {
  // One call instead of open and close. mknod(2)
  if (mknod(path, S_IFREG | 0644, 0) == -1) FailStep(step, path, errno);
}

// File systems that were mounted here, and in which mount points may be made. Anywhere else, making
// one would change the host.
std::vector<dev_t> own_file_systems;

void RememberOwn(const char* root) {
  struct stat status;
  if (stat(root, &status) == 0) own_file_systems.push_back(status.st_dev);
}

void RequireOwn(const char* step, const std::string& directory, const char* path) {
  struct stat status;
  if (stat(directory.c_str(), &status) == -1) FailStep(step, path, errno);
  for (const dev_t own : own_file_systems) {
    if (status.st_dev == own) return;
  }
  FailStep(step, path, ENOENT);
}

// Makes `path` and the directories above it, where they are missing.
void MakeMountPoint(const char* step, const char* path, bool is_directory) {
  const std::string whole(path);
  struct stat status;
  for (size_t slash = whole.find('/', 1);; slash = whole.find('/', slash + 1)) {
    const std::string part = whole.substr(0, slash);
    const bool is_last = slash == std::string::npos;
    if (lstat(part.c_str(), &status) == -1) {
      RequireOwn(step, part.substr(0, part.rfind('/') + 1), path);
      if (is_last && !is_directory) {
        MakeFile(step, path);
      } else {
        MakeDirectory(part, 0755);
      }
    }
    if (is_last) return;
  }
}

// A path opened before the directory above it is covered. The descriptor leads to it still.
struct Opened {
  const char* path;
  int fd;
  bool is_directory;
};

Opened OpenPath(const char* step, const char* path) {
  Opened opened = {path, open(path, O_PATH | O_CLOEXEC), false};
  struct stat status;
  if (opened.fd == -1 || fstat(opened.fd, &status) == -1) FailStep(step, path, errno);
  opened.is_directory = S_ISDIR(status.st_mode);
  return opened;
}

// Binds what was opened onto `target`, submounts included: what the host's user namespace mounted
// comes in one piece or not at all (EINVAL). mount_namespaces(7)
void BindOpened(const char* step, const Opened& opened, const char* target) {
  MakeMountPoint(step, target, opened.is_directory);
  char source[32];
  snprintf(source, sizeof source, "/proc/self/fd/%d", opened.fd);
  Mount(step, source, target, nullptr, MS_BIND | MS_REC);
  close(opened.fd);
}

// Flags of a mount that came from the host are locked: left out of a remount, the kernel answers
// EPERM. The ST_ and MS_ constants of these are the same numbers. mount_namespaces(7), statvfs(3)
unsigned long LockedFlags(const char* step, const char* target) {
  struct statvfs status;
  if (statvfs(target, &status) == -1) FailStep(step, target, errno);
  return status.f_flag & (MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME);
}

// Makes a bind read-only, the mounts below it too.
void MakeReadOnly(const char* step, const char* target) {
  MountAttributes attributes = {};
  attributes.set = kMountReadOnly;
  if (syscall(SYS_mount_setattr, AT_FDCWD, target, AT_RECURSIVE, &attributes, sizeof attributes) ==
      0) {
    return;
  }
  // Before Linux 5.12 a read-only bind is a remount, of one mount only. mount_setattr(2)
  if (errno != ENOSYS) FailStep(step, target, errno);
  Mount(step, nullptr, target, nullptr,
        MS_REMOUNT | MS_BIND | MS_RDONLY | LockedFlags(step, target));
}

// Not every kernel has every path; what is not there needs no protection.
void BindReadOnly(const char* step, const char* path) {
  if (mount(path, path, nullptr, MS_BIND | MS_REC, nullptr) == 0) {
    MakeReadOnly(step, path);
  } else if (errno != ENOENT) {
    FailStep(step, path, errno);
  }
}

// Files below /proc/sys belong to the host's root, and a map of id 0 to id 0 makes us that owner:
// no capability would be asked for. So what is global is read-only, as in every container runtime;
// what belongs to a namespace that was created stays writable, by a bind made before. sysctl(5)
void ProtectProc(unsigned long namespaces) {
  static constexpr struct {
    const char* path;
    unsigned long owner;
  } kRows[] = {
      {"/proc/sys/net", CLONE_NEWNET},
      {"/proc/sys/user", CLONE_NEWUSER},
      {"/proc/sys/fs/mqueue", CLONE_NEWIPC},
      {"/proc/sys/kernel/ns_last_pid", CLONE_NEWPID},
      {"/proc/sys/kernel/hostname", CLONE_NEWUTS},
      {"/proc/sys/kernel/domainname", CLONE_NEWUTS},
      {"/proc/sys/kernel/sem", CLONE_NEWIPC},
      {"/proc/sys/kernel/msgmax", CLONE_NEWIPC},
      {"/proc/sys/kernel/msgmnb", CLONE_NEWIPC},
      {"/proc/sys/kernel/msgmni", CLONE_NEWIPC},
      {"/proc/sys/kernel/shmall", CLONE_NEWIPC},
      {"/proc/sys/kernel/shmmax", CLONE_NEWIPC},
      {"/proc/sys/kernel/shmmni", CLONE_NEWIPC},
      {"/proc/sys/kernel/shm_rmid_forced", CLONE_NEWIPC},
  };
  Mount("protect proc", "/proc/sys", "/proc/sys", nullptr, MS_BIND | MS_REC);
  for (const auto& row : kRows) {
    if ((namespaces & row.owner) == 0) continue;
    if (mount(row.path, row.path, nullptr, MS_BIND, nullptr) == -1 && errno != ENOENT) {
      FailStep("protect proc", row.path, errno);
    }
  }
  // Not recursive: the binds above stay writable.
  Mount("protect proc", nullptr, "/proc/sys", nullptr,
        MS_REMOUNT | MS_BIND | MS_RDONLY | LockedFlags("protect proc", "/proc/sys"));
  for (const char* path : {"/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs"}) {
    BindReadOnly("protect proc", path);
  }
}

// A /proc with covered parts is not enough for the kernel to let a user namespace below ours mount
// a proc of its own ("mount too revealing", user_namespaces(7)): a test of container tooling would
// fail with EPERM. It asks for one whole proc anywhere in the mount namespace. This one is out of
// reach of every path, under the /proc that is mounted next.
void KeepWholeProc() {
  Mount("mount proc", "tmpfs", "/proc", "tmpfs", kNoSuidDevExec, "mode=555");
  MakeDirectory("/proc/whole", 0555);
  Mount("mount proc", "proc", "/proc/whole", "proc", kNoSuidDevExec);
}

// A private /proc shows this PID namespace. It can only be mounted from inside it.
void MountProc(bool parts_get_covered) {
  if (parts_get_covered) KeepWholeProc();
  Mount("mount proc", "proc", "/proc", "proc", kNoSuidDevExec);
}

// sysfs shows the network devices of the namespace it was mounted from. Read-only, because its
// files belong to the host's root as those of /proc/sys do.
void MountSys(unsigned long namespaces) {
  struct statfs cgroup;
  const bool unified =
      statfs("/sys/fs/cgroup", &cgroup) == 0 && cgroup.f_type == CGROUP2_SUPER_MAGIC;
  const int cgroup_fd = unified ? open("/sys/fs/cgroup", O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
  Mount("mount sysfs", "sysfs", "/sys", "sysfs", kNoSuidDevExec | MS_RDONLY);
  // Version 1's many hierarchies would cost more than all the rest, and no program needs them to
  // run.
  if (cgroup_fd == -1) return;
  // Read-only too: a cgroup that a test makes would outlive the file.
  if ((namespaces & CLONE_NEWCGROUP) != 0) {
    // A mount of the new cgroup namespace has our own cgroup for its root. cgroup_namespaces(7)
    Mount("mount cgroup", "cgroup2", "/sys/fs/cgroup", "cgroup2", kNoSuidDevExec | MS_RDONLY);
    close(cgroup_fd);
  } else {
    BindOpened("mount cgroup", {"/sys/fs/cgroup", cgroup_fd, true}, "/sys/fs/cgroup");
    MakeReadOnly("mount cgroup", "/sys/fs/cgroup");
  }
}

// The devices every program expects, and none that reach the hardware. pts(4), OCI runtime spec
//
// Put together out of the way, at a directory that is covered later, and moved: so each device is
// bound by its own path, which is four times cheaper than through a descriptor and /proc.
void MountDev() {
  static constexpr char kStaging[] = "/proc";
  static constexpr const char* kDevices[] = {"null", "zero", "full",    "random", "urandom",
                                             "tty",  "fuse", "net/tun", "kvm"};
  static constexpr const char* kRequired = "null zero full random urandom tty";
  static constexpr const char* kLinks[][2] = {
      {"/proc/self/fd", "fd"},       {"/proc/self/fd/0", "stdin"}, {"/proc/self/fd/1", "stdout"},
      {"/proc/self/fd/2", "stderr"}, {"pts/ptmx", "ptmx"},
  };
  const std::string staging = std::string(kStaging) + '/';

  Mount("mount dev", "tmpfs", kStaging, "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=755");
  for (const char* name : {"net", "pts", "shm", "mqueue"}) {
    MakeDirectory(staging + name, name == std::string_view("net") || name == std::string_view("pts")
                                      ? 0755
                                      : 01777);
  }
  for (const char* name : kDevices) {
    const std::string device = std::string("/dev/") + name;
    const std::string target = staging + name;
    MakeFile("mount dev", target.c_str());
    if (mount(device.c_str(), target.c_str(), nullptr, MS_BIND, nullptr) == 0) continue;
    if (errno != ENOENT || strstr(kRequired, name) != nullptr) {
      FailStep("mount dev", device.c_str(), errno);
    }
    // Not every host has every device.
    unlink(target.c_str());
  }
  for (const auto& link : kLinks) {
    if (symlink(link[0], (staging + link[1]).c_str()) == -1) FailStep("mount dev", link[1], errno);
  }
  // No gid=5: the group may not be mapped, and devpts refuses unmapped ids with EINVAL.
  Mount("mount devpts", "devpts", (staging + "pts").c_str(), "devpts", MS_NOSUID | MS_NOEXEC,
        "newinstance,ptmxmode=0666,mode=620");
  Mount("mount dev", kStaging, "/dev", nullptr, MS_MOVE);
  RememberOwn("/dev");
}

void MountTmpfs(const char* path) {
  MakeMountPoint("mount tmpfs", path, true);
  struct stat status;
  if (stat(path, &status) == -1) FailStep("mount tmpfs", path, errno);
  char mode[16];
  snprintf(mode, sizeof mode, "mode=%o", status.st_mode & 07777);
  Mount("mount tmpfs", "tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, mode);
  RememberOwn(path);
  // Debian's programs expect it, and /run is only theirs to fill at boot. file-hierarchy(7)
  if (strcmp(path, "/run") == 0) MakeDirectory("/run/lock", 01777);
}

void MakeOpenDirectory(const char* path) {
  MakeMountPoint("make directory", path, true);
  if (chmod(path, 01777) == -1) FailStep("make directory", path, errno);
}

}  // namespace

bool WantsMounts(const FileOptions& options) {
  return options.mount_proc || options.protect_proc || options.mount_sys || options.protect_sys ||
         options.minimal_dev || options.mount_mqueue || !options.tmpfs.empty() ||
         !options.directories.empty() || !options.keep.empty() || !options.binds.empty();
}

void MakeMountsPrivate() {
  Mount("make mounts private", nullptr, "/", nullptr, MS_REC | MS_PRIVATE);
}

void SetUpMounts(const FileOptions& options, unsigned long namespaces) {
  std::vector<Opened> kept;
  for (const char* path : options.keep) kept.push_back(OpenPath("keep path", path));
  std::vector<Opened> sources;
  for (const BindLine& bind : options.binds) sources.push_back(OpenPath("bind", bind.source));

  // Directory modes below are meant as written.
  const mode_t mask = umask(0);
  if (options.minimal_dev) MountDev();
  if (options.mount_proc) MountProc(options.protect_proc);
  if (options.protect_proc) ProtectProc(namespaces);
  if (options.mount_sys) MountSys(namespaces);
  if (options.protect_sys) BindReadOnly("protect sys", "/sys");
  if (options.mount_mqueue) {
    Mount("mount mqueue", "mqueue", "/dev/mqueue", "mqueue", kNoSuidDevExec);
  }
  for (const char* path : options.tmpfs) MountTmpfs(path);
  for (const char* path : options.directories) MakeOpenDirectory(path);
  for (const Opened& path : kept) BindOpened("keep path", path, path.path);
  for (size_t i = 0; i < sources.size(); ++i) {
    BindOpened("bind", sources[i], options.binds[i].target);
    if (options.binds[i].readonly) MakeReadOnly("bind", options.binds[i].target);
  }
  umask(mask);
}
