#include "namespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "kernel.h"
#include "proc.h"
#include "processes/clocks.h"
#include "status.h"

namespace {

constexpr unsigned long kCloneNewTime = CLONE_NEWTIME;

// Returns like fork(2). clone3 with all flags at once, never unshare in a loop: one call either
// creates every namespace or none, and a user namespace is made before those it is to own. clone(2)
pid_t CloneWith(unsigned long flags, unsigned long* unshare_later) {
  *unshare_later = 0;
  CloneArgs args = {};
  args.flags = flags;
  args.exit_signal = SIGCHLD;
  long pid = syscall(SYS_clone3, &args, sizeof args);
  // Docker's seccomp profile answers ENOSYS to clone3 exactly so that callers fall back; kernels
  // before 5.3 do not have it.
  if (pid == -1 && errno == ENOSYS) {
    // clone(2) keeps the exit signal in the bits where CLONE_NEWTIME lies.
    *unshare_later = flags & kCloneNewTime;
    pid =
        syscall(SYS_clone, (flags & ~kCloneNewTime) | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
  }
  return static_cast<pid_t>(pid);
}

// Is `flag` to be had beside the namespaces that must be had? A child that ends at once tells.
int ErrorOfTrying(unsigned long required, unsigned long flag) {
  unsigned long unshare_later;
  const pid_t pid = CloneWith(required | flag, &unshare_later);
  if (pid == -1) return errno;
  if (pid == 0) _exit(0);
  while (waitpid(pid, nullptr, 0) == -1 && errno == EINTR) {
  }
  return 0;
}

struct OpenJoin {
  Join join;
  int fd;
};

std::string JoinStep(const Join& join) { return std::string("join ") + NamespaceName(join.flag); }

// In a user namespace that we enter we are root, if there is a root. nsenter(1) does the same.
void BecomeRoot() {
  // Given up where the namespace's owner had to give it up; then our groups stay, unmapped. EINVAL,
  // from the others: it has no id 0, and we keep ours.
  setgroups(0, nullptr);
  if (setgid(0) == -1 && errno != EINVAL) FailStep("join user", "setgid", errno);
  if (setuid(0) == -1 && errno != EINVAL) FailStep("join user", "setuid", errno);
}

}  // namespace

void JoinNamespaces(const Options& options) {
  // All are opened first: what we enter may hide the files, and take the right to open them.
  std::vector<OpenJoin> waiting;
  const OpenJoin* user = nullptr;
  for (const Join& join : options.joins) {
    const int fd = open(join.path, O_RDONLY | O_CLOEXEC);
    if (fd == -1) FailStep(JoinStep(join).c_str(), join.path, errno);
    waiting.push_back({join, fd});
  }
  for (const OpenJoin& open_join : waiting) {
    if (open_join.join.flag == CLONE_NEWUSER) user = &open_join;
    if (open_join.join.flag == CLONE_NEWNS) KeepProc();
  }
  // A namespace that the user namespace owns takes the rights that it gives; one that it does not
  // own takes those that it takes away. So: what can be entered now, then the user's, then the
  // rest.
  for (const bool user_entered : {false, true}) {
    if (user_entered && user != nullptr) {
      if (setns(user->fd, CLONE_NEWUSER) == -1) FailStep("join user", user->join.path, errno);
      BecomeRoot();
    }
    for (OpenJoin& open_join : waiting) {
      if (open_join.fd == -1 || &open_join == user) continue;
      if (setns(open_join.fd, static_cast<int>(open_join.join.flag)) == 0) {
        close(open_join.fd);
        open_join.fd = -1;
      } else if (user_entered || user == nullptr || errno != EPERM) {
        FailStep(JoinStep(open_join.join).c_str(), open_join.join.path, errno);
      }
    }
  }
  if (user != nullptr) close(user->fd);
}

Clone CloneIntoNamespaces(const Options& options) {
  Clone clone = {};
  clone.namespaces = options.namespaces | options.try_namespaces;
  const unsigned long later = MovesClocks(options.processes) ? kCloneNewTime : 0;
  clone.pid = CloneWith(clone.namespaces & ~later, &clone.unshare_later);
  if (clone.pid == -1 && options.try_namespaces != 0) {
    clone.namespaces = options.namespaces;
    for (unsigned long flag = 1; flag != 0; flag <<= 1) {
      if ((options.try_namespaces & flag) == 0) continue;
      const int error = ErrorOfTrying(clone.namespaces, flag);
      if (error == 0) {
        clone.namespaces |= flag;
      } else {
        ReportMissing(NamespaceName(flag), error);
      }
    }
    clone.pid = CloneWith(clone.namespaces & ~later, &clone.unshare_later);
  }
  clone.unshare_later |= clone.namespaces & later;
  if (clone.pid == -1) FailStep("clone namespaces", "", errno);
  return clone;
}
