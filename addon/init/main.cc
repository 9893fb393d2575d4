// ns-init: runs one command in namespaces of its own.
//
// Outside, a supervisor clones PID 1 into the new namespaces, writes its id maps, forwards signals
// and ends with it. Inside, PID 1 sets up mounts, names and network, starts the command, reaps, and
// kills all that is left when the command has ended. Promise: when the supervisor or whoever holds
// the other end of the lifeline dies, by SIGKILL included, every process inside dies.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "kernel.h"
#include "mounts.h"
#include "namespaces.h"
#include "network.h"
#include "options.h"
#include "process.h"
#include "status.h"

namespace {

struct Arguments {
  int argc;
  char** argv;
};

// Only what was asked for reaches the command: 0, 1, 2 and --pass-fd.
void KeepDescriptorsPrivate(const Options& options) {
  // ENOSYS before Linux 5.9: then whoever started us has to have marked his own close-on-exec.
  syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
  for (const int fd : {options.status_fd, options.lifeline_fd}) {
    if (fd != -1 && fcntl(fd, F_SETFD, FD_CLOEXEC) == -1) FailStep("open descriptor", "", errno);
  }
  for (const int fd : options.pass_fds) {
    if (fcntl(fd, F_SETFD, 0) == -1) FailStep("pass descriptor", "", errno);
  }
}

// A namespace that was only to be tried may be missing. A step that needs it fails then: done in
// the host's, it would change the host.
void RequireNamespaces(const Options& options, const Clone& clone) {
  const struct {
    bool wanted;
    unsigned long flag;
    const char* step;
  } needs[] = {
      {WantsMounts(options), CLONE_NEWNS, "set up mounts"},
      {options.hostname != nullptr || options.domainname != nullptr, CLONE_NEWUTS, "set hostname"},
      {options.loopback || options.open_low_ports, CLONE_NEWNET, "set up network"},
  };
  for (const auto& need : needs) {
    if (need.wanted && (clone.namespaces & need.flag) == 0) {
      FailStep(need.step, NamespaceName(need.flag), EXDEV);
    }
  }
}

// The supervisor's word: the maps are written. It carries our pid as the host counts. Without the
// word he is dead, or has reported why there is none.
pid_t WaitForIdMaps(int fd) {
  pid_t own_pid_outside;
  if (read(fd, &own_pid_outside, sizeof own_pid_outside) !=
      static_cast<ssize_t>(sizeof own_pid_outside)) {
    _exit(kSetupFailed);
  }
  close(fd);
  return own_pid_outside;
}

// `ps` inside shows "ns-init", not our whole command line. The kernel reads it from where argv
// lies. Nothing of it is needed any more: what options point to was used.
void ShortenCommandLine(int argc, char** argv) {
  const char* const end = argv[argc - 1] + strlen(argv[argc - 1]);
  for (char* at = argv[0]; at < end; ++at) *at = '\0';
  static constexpr char kName[] = "ns-init";
  if (end - argv[0] >= static_cast<ptrdiff_t>(sizeof kName)) memcpy(argv[0], kName, sizeof kName);
}

// Inside, in the order in which the steps need each other.
[[noreturn]] void RunInside(const Options& options, const Clone& clone, const int go[2],
                            const char* directory, int signal_fd, const Arguments& arguments) {
  // Set before the wait for the supervisor's word, so that it fires even if he dies meanwhile.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  close(go[1]);
  prctl(PR_SET_NAME, "ns-init");
  // A new session: the terminal's signals reach Jest, and the lifeline does the rest.
  if (setsid() == -1) FailStep("start session", "", errno);
  if ((clone.namespaces & CLONE_NEWPID) == 0 && prctl(PR_SET_CHILD_SUBREAPER, 1) == -1) {
    FailStep("become subreaper", "", errno);
  }
  if (clone.unshare_later != 0 && unshare(static_cast<int>(clone.unshare_later)) == -1) {
    FailStep("unshare time", "", errno);
  }

  // What needs no ids, while the supervisor writes the maps.
  RequireNamespaces(options, clone);
  if ((clone.namespaces & CLONE_NEWNS) != 0) MakeMountsPrivate();
  SetNames(options);
  if (options.loopback) BringUpLoopback();

  const pid_t own_pid_outside = WaitForIdMaps(go[0]);
  if (WantsMounts(options)) SetUpMounts(options);
  if (options.open_low_ports) OpenLowPorts();
  const pid_t command = StartCommand(options, directory);
  ReportReady(own_pid_outside);
  ShortenCommandLine(arguments.argc, arguments.argv);
  LiveAsInit(options, command, signal_fd);
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = ParseOptions(argc, argv);
  SetStatusFd(options.status_fd);
  KeepDescriptorsPrivate(options);
  char directory[PATH_MAX];
  if (getcwd(directory, sizeof directory) == nullptr) FailStep("read directory", ".", errno);
  const int signal_fd = TakeSignals();

  int go[2];
  if (pipe2(go, O_CLOEXEC) == -1) FailStep("clone namespaces", "pipe", errno);
  const Clone clone = CloneIntoNamespaces(options);
  if (clone.pid == 0) RunInside(options, clone, go, directory, signal_fd, {argc, argv});

  // Outside from here on.
  close(go[0]);
  for (const int fd : options.pass_fds) close(fd);
  if ((clone.namespaces & CLONE_NEWUSER) != 0) WriteIdMaps(options, clone.pid);
  if (write(go[1], &clone.pid, sizeof clone.pid) != static_cast<ssize_t>(sizeof clone.pid)) {
    FailStep("clone namespaces", "the child ended", errno);
  }
  close(go[1]);
  SuperviseInit(options, clone.pid, signal_fd);
}
