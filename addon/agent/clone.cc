#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../init/kernel.h"
#include "operations.h"

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x00001000
#endif
#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP 0x200000000ULL
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

namespace {

// One for each PID namespace that can be nested. pid_namespaces(7)
constexpr uint32_t kMaxLevels = 32;

struct CloneRequest {
  uint64_t flags;
  uint32_t exit_signal;
  int32_t cgroup;  // a descriptor of ours, or -1
  uint32_t die_with_parent;
  uint32_t set_tid_count;
  int32_t set_tid[kMaxLevels];
};

// clone3(2), the fields of Linux 5.7.
struct CloneArgumentsNow {
  CloneArgs old;
  uint64_t set_tid;
  uint64_t set_tid_size;
  uint64_t cgroup;
};

bool die_with_parent = false;

// Returns like fork(2).
long CloneProcess(const CloneRequest& wanted, int* pidfd) {
  CloneArgumentsNow args = {};
  args.old.flags = wanted.flags | CLONE_PIDFD;
  args.old.pidfd = reinterpret_cast<uint64_t>(pidfd);
  args.old.exit_signal = wanted.exit_signal;
  args.set_tid = wanted.set_tid_count == 0 ? 0 : reinterpret_cast<uint64_t>(wanted.set_tid);
  args.set_tid_size = wanted.set_tid_count;
  if (wanted.cgroup != -1) {
    args.old.flags |= CLONE_INTO_CGROUP;
    args.cgroup = static_cast<uint64_t>(wanted.cgroup);
  }
  const bool needs_new_fields = wanted.set_tid_count != 0 || wanted.cgroup != -1;
  const long pid = syscall(SYS_clone3, &args, needs_new_fields ? sizeof args : sizeof(CloneArgs));
  if (pid != -1 || errno != ENOSYS || needs_new_fields) return pid;
  // Before 5.3, or under Docker's seccomp profile. CLONE_NEWTIME lies among the bits of the exit
  // signal.
  if ((wanted.flags & (CLONE_NEWTIME | ~0xffffffffULL)) != 0) {
    errno = ENOSYS;
    return -1;
  }
  const long flags = static_cast<long>(wanted.flags | wanted.exit_signal);
  const long old_pid = syscall(SYS_clone, flags, nullptr, nullptr, nullptr, nullptr);
  if (old_pid > 0) *pidfd = static_cast<int>(syscall(SYS_pidfd_open, old_pid, 0));
  return old_pid;
}

}  // namespace

void DieWithParent(bool wanted) {
  die_with_parent = wanted;
  prctl(PR_SET_PDEATHSIG, wanted ? SIGKILL : 0);
}

void DieWithParentStill() {
  int armed = 0;
  if (!die_with_parent || prctl(PR_GET_PDEATHSIG, &armed) == -1 || armed != 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
}

// The request brings the channel of the new agent along.
void Clone(Message* request, Message* answer) {
  CloneRequest wanted = {};
  if (!ReadBody(*request, &wanted) || wanted.set_tid_count > kMaxLevels ||
      request->descriptor_count != 1) {
    return StartAnswer(answer, -1, EBADMSG);
  }
  int pidfd = -1;
  const long pid = CloneProcess(wanted, &pidfd);
  if (pid != 0) {
    StartAnswer(answer, pid, pid == -1 ? errno : 0);
    // A clone that failed late has written a number that is no descriptor any more.
    if (pid == -1 || pidfd == -1) return;
    answer->descriptors[answer->descriptor_count++] = pidfd;
    answer->lent = true;
    return;
  }
  UseChannel(request->descriptors[0]);
  request->descriptor_count = 0;
  DieWithParent(wanted.die_with_parent != 0);
  ForgetSignals();
  // The new agent's first answer, on its own channel: it is there.
  StartAnswer(answer, 0, 0);
}
