#include "namespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "kernel.h"
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

std::string MapText(const std::vector<IdMapLine>& map) {
  std::string text;
  for (const IdMapLine& line : map) {
    text += std::to_string(line.inside) + ' ' + std::to_string(line.outside) + ' ' +
            std::to_string(line.count) + '\n';
  }
  return text;
}

// The kernel takes a map in one write only. user_namespaces(7)
StepFailure WriteProcFile(pid_t child, const char* file, const std::string& text) {
  const std::string path = "/proc/" + std::to_string(child) + '/' + file;
  const std::string step = std::string("write ") + file;
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  // Kernels before 3.19 have no setgroups file, and there nothing has to be given up.
  if (fd == -1 && errno == ENOENT && strcmp(file, "setgroups") == 0) return {};
  if (fd == -1) return {step, text, errno};
  const ssize_t written = write(fd, text.data(), text.size());
  const int error = errno;
  close(fd);
  if (written != static_cast<ssize_t>(text.size())) return {step, text, error};
  return {};
}

}  // namespace

Clone CloneIntoNamespaces(const Options& options) {
  Clone clone = {};
  clone.namespaces = options.namespaces | options.try_namespaces;
  clone.pid = CloneWith(clone.namespaces, &clone.unshare_later);
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
    clone.pid = CloneWith(clone.namespaces, &clone.unshare_later);
  }
  if (clone.pid == -1) FailStep("clone namespaces", "", errno);
  return clone;
}

StepFailure WriteIdMaps(const Options& options, pid_t child) {
  StepFailure failure;
  // setgroups first: the kernel refuses an ordinary user's gid_map while it is allowed.
  if (options.deny_setgroups) failure = WriteProcFile(child, "setgroups", "deny");
  if (failure.error == 0 && !options.uid_map.empty()) {
    failure = WriteProcFile(child, "uid_map", MapText(options.uid_map));
  }
  if (failure.error == 0 && !options.gid_map.empty()) {
    failure = WriteProcFile(child, "gid_map", MapText(options.gid_map));
  }
  return failure;
}
