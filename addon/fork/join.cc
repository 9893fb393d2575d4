#include "fork/join.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

/// What a process that shares our memory can do about a failure: tell it and go.
void Report(int report, const char* step, int error, pid_t pid = 0) {
  CopyReport answer = {};
  answer.pid = pid;
  answer.error = error;
  strncpy(answer.step, step, sizeof answer.step - 1);
  // Without a reader there is nobody left who would want the copy.
  send(report, &answer, sizeof answer, MSG_NOSIGNAL);
}

void WaitFor(pid_t pid) {
  while (waitpid(pid, nullptr, 0) == -1 && errno == EINTR) {
  }
}

/// The namespaces that a process whose memory is shared may join: all but that of the clocks, which
/// show in its memory. time_namespaces(7)
bool JoinNamespaces(const CopyRequest& request, int init, int root, const char** step) {
  const auto namespaces =
      static_cast<int>(request.namespaces & ~static_cast<unsigned long>(CLONE_NEWTIME));
  *step = "join namespaces";
  if (setns(init, namespaces) == -1) return false;
  if ((request.namespaces & CLONE_NEWNS) == 0) return true;
  *step = "enter root";
  return fchdir(root) == 0 && chroot(".") == 0;
}

/// Of another user than root execve(2) takes the capabilities away that a user namespace has given.
/// capabilities(7)
bool LoseCapabilities() {
  if (geteuid() == 0) return true;
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {};
  if (syscall(SYS_capget, &header, sets) == -1) return false;
  for (auto& set : sets) set.effective = set.permitted = 0;
  return syscall(SYS_capset, &header, sets) == 0;
}

/// The copy, in its place.
bool Settle(const CopyRequest& request, const int (&descriptors)[kCopyDescriptors],
            const char** step) {
  *step = "join time namespace";
  if ((request.namespaces & CLONE_NEWTIME) != 0 &&
      setns(descriptors[kCopyInit], CLONE_NEWTIME) == -1) {
    return false;
  }
  // A process group of its own, as a command has; who leads a session has one already.
  *step = "leave process group";
  if (setpgid(0, 0) == -1 && getpgrp() != getpid()) return false;
  *step = "change directory";
  if (chdir(request.directory) == -1) return false;
  if (request.umask != -1) umask(static_cast<mode_t>(request.umask));
  *step = "take descriptors";
  for (int number = 0; number <= 2; ++number) {
    // As Node has them, which hands on its own by name only.
    if (dup3(descriptors[kCopyInput + number], number, O_CLOEXEC) == -1) return false;
  }
  *step = "lose capabilities";
  if (!LoseCapabilities()) return false;
  *step = "stay readable";
  return prctl(PR_SET_DUMPABLE, 1) == 0;
}

}  // namespace

// Three processes, of which only the last has memory of its own: the first goes into the
// namespaces, where of PID namespaces only its children are; the second is such a child, and makes
// the copy; when it ends, PID 1 of its namespace is the copy's parent. Two of vfork(2), because the
// page tables of a process that has Jest loaded are what the copy costs. pid_namespaces(7),
// setns(2)
bool CopyInto(const CopyRequest& request, const int (&descriptors)[kCopyDescriptors]) {
  const int report = descriptors[kCopyReport];
  const pid_t joiner = vfork();  // NOLINT
  if (joiner == -1) {
    Report(report, "vfork", errno);
    return false;
  }
  if (joiner > 0) {
    WaitFor(joiner);
    // It changed its ids in memory that is ours, too. prctl(2)
    prctl(PR_SET_DUMPABLE, 1);
    return false;
  }

  const char* step = "";
  if (!JoinNamespaces(request, descriptors[kCopyInit], descriptors[kCopyRoot], &step)) {
    Report(report, step, errno);
    _exit(1);
  }
  const pid_t maker = vfork();  // NOLINT
  if (maker == -1) Report(report, "vfork", errno);
  if (maker != 0) {
    if (maker > 0) WaitFor(maker);
    _exit(0);
  }

  if (request.new_session && setsid() == -1) {
    Report(report, "start session", errno);
    _exit(1);
  }
  // By libc: its handlers put right what threads that are not in the copy have left. fork(2)
  const pid_t copy = fork();
  if (copy == -1) Report(report, "fork", errno);
  if (copy != 0) _exit(0);

  if (!Settle(request, descriptors, &step)) {
    Report(report, step, errno);
    _exit(1);
  }
  Report(report, "", 0, getpid());
  return true;
}
