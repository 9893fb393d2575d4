#include "namespaces.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel.h"
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

}  // namespace

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
