#include "files/system_mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "files/mount_points.h"
#include "files/read_only.h"
#include "kernel.h"
#include "status.h"

namespace {

// A /proc with covered parts is not enough for the kernel to let a user namespace below ours mount
// a proc of its own ("mount too revealing", user_namespaces(7)): a test of container tooling would
// fail with EPERM. It asks for one whole proc anywhere in the mount namespace. This one is out of
// reach of every path, under the /proc that is mounted next.
void KeepWholeProc() {
  Mount("mount proc", "tmpfs", "/proc", "tmpfs", kNoSuidDevExec, "mode=555");
  MakeDirectory("/proc/whole", 0555);
  Mount("mount proc", "proc", "/proc/whole", "proc", kNoSuidDevExec);
}

}  // namespace

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
  // This one alone: the binds above stay writable.
  MakeOneReadOnly("protect proc", "/proc/sys");
  for (const char* path : {"/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs"}) {
    BindReadOnly("protect proc", path);
  }
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
  const char* const host_cgroup = HostPath("/sys/fs/cgroup");
  const bool is_there = statfs(host_cgroup, &cgroup) == 0;
  if (!is_there && errno != ENOENT) FailStep("mount cgroup", host_cgroup, errno);
  const bool unified = is_there && cgroup.f_type == CGROUP2_SUPER_MAGIC;
  const int cgroup_fd = unified ? open(host_cgroup, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
  if (unified && cgroup_fd == -1) FailStep("mount cgroup", host_cgroup, errno);
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
    BindOpened("mount cgroup", {"/sys/fs/cgroup", cgroup_fd, true, false}, "/sys/fs/cgroup");
    Restrict("mount cgroup", "/sys/fs/cgroup", kReadOnly);
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
    const std::string device = HostPath("/dev/") + std::string(name);
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
  RememberOwn("mount dev", "/dev");
}

void MountEmptyDev() {
  Mount("mount dev", "tmpfs", "/dev", "tmpfs", kNoSuidDevExec, "mode=755");
  for (const char* name : {"/dev/shm", "/dev/mqueue"}) MakeDirectory(name, 01777);
  RememberOwn("mount dev", "/dev");
}
