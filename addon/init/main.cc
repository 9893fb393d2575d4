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
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <string>
#include <vector>

#include "command.h"
#include "copy.h"
#include "descriptors.h"
#include "enter/enter.h"
#include "files/mounts.h"
#include "ids/credentials.h"
#include "ids/id_maps.h"
#include "kernel.h"
#include "limits/cgroups.h"
#include "namespaces.h"
#include "network/host_side.h"
#include "network/interfaces.h"
#include "network/network.h"
#include "network/uplink_program.h"
#include "options.h"
#include "process.h"
#include "processes/clocks.h"
#include "processes/sysctls.h"
#include "status.h"
#include "terminal.h"

namespace {

struct Arguments {
  int argc;
  char** argv;
};

// What was found before the clone and is for the command.
struct Outside {
  char directory[PATH_MAX];
  std::vector<Limit> limits;
  // Shared with PID 1: it set up all, and is the command now. nullptr: it never is.
  volatile bool* became_command = nullptr;
};

void CloseOnExec(int fd, bool on, const char* step) {
  if (fcntl(fd, F_SETFD, on ? FD_CLOEXEC : 0) == -1) FailStep(step, "", errno);
}

// What else was left open for us is nobody's: in PID 1 it would be within the tests' reach. Only
// what was asked for reaches the command: 0, 1, 2 and --pass-fd.
void KeepDescriptorsPrivate(const Options& options) {
  std::vector<int> own = options.enter.namespaces;
  own.insert(own.end(), options.enter.groups.begin(), options.enter.groups.end());
  for (const int fd :
       {options.status_fd, options.lifeline_fd, options.copy_fd, options.enter.root}) {
    if (fd != -1) own.push_back(fd);
  }
  std::vector<int> kept = own;
  kept.insert(kept.end(), options.pass_fds.begin(), options.pass_fds.end());
  std::sort(kept.begin(), kept.end());
  int first = STDERR_FILENO + 1;
  for (const int fd : kept) {
    CloseRange(first, fd - 1);
    first = std::max(first, fd + 1);
  }
  CloseRange(first, INT_MAX);
  for (const int fd : own) CloseOnExec(fd, true, "open descriptor");
  for (const int fd : options.pass_fds) CloseOnExec(fd, false, "pass descriptor");
}

// Leaves out the steps that need a namespace which was only to be tried, and is missing.
Options WithoutSteps(Options options, unsigned long missing) {
  if ((missing & CLONE_NEWNS) != 0) options.files = {};
  if ((missing & CLONE_NEWPID) != 0) options.files.mount_proc = false;
  if ((missing & CLONE_NEWIPC) != 0) options.files.mount_mqueue = false;
  if ((missing & CLONE_NEWUTS) != 0)
    options.network.hostname = options.network.domainname = nullptr;
  if ((missing & CLONE_NEWPID) != 0) options.processes.as_pid_1 = options.may_stay = false;
  if ((missing & CLONE_NEWTIME) != 0) {
    options.processes.monotonic.reset();
    options.processes.boottime.reset();
  }
  std::erase_if(options.processes.sysctls, [missing](const SysctlLine& line) {
    return (SysctlOwner(line.name) & missing) != 0;
  });
  if ((missing & CLONE_NEWNET) != 0) {
    options.network.loopback = options.network.open_to_users = false;
    options.network.links.clear();
    options.network.addresses.clear();
    options.network.routes.clear();
    options.network.neighbours.clear();
    options.network.uplink.reset();
    // The host's /sys is what stays then.
    options.files.protect_sys = options.files.protect_sys || options.files.mount_sys;
    options.files.mount_sys = false;
  }
  return options;
}

// A step that needs a namespace which nobody asked for would change the host's.
void RequireNamespaces(const Options& options, unsigned long namespaces) {
  const struct {
    bool wanted;
    unsigned long flag;
    const char* step;
  } needs[] = {
      {WantsMounts(options.files), CLONE_NEWNS, "set up mounts"},
      {options.network.hostname != nullptr || options.network.domainname != nullptr, CLONE_NEWUTS,
       "set hostname"},
      {options.network.loopback || options.network.open_to_users ||
           WantsInterfaces(options.network) || options.network.uplink ||
           !options.network.publish.empty(),
       CLONE_NEWNET, "set up network"},
      {MovesClocks(options.processes), CLONE_NEWTIME, "move clocks"},
      {options.processes.as_pid_1, CLONE_NEWPID, "become PID 1"},
  };
  for (const auto& need : needs) {
    if (need.wanted && (namespaces & need.flag) == 0) {
      FailStep(need.step, NamespaceName(need.flag), EXDEV);
    }
  }
  for (const SysctlLine& line : options.processes.sysctls) {
    if ((namespaces & SysctlOwner(line.name)) == 0) FailStep("write sysctl", line.name, EXDEV);
  }
}

// In a new session the terminal is out of reach. In the old one, a process group of our own still
// keeps its signals away: they reach Jest, and the lifeline does the rest. setsid(2), setpgid(2)
void LeaveSession(const ProcessOptions& options) {
  if (options.new_session ? setsid() == -1 : setpgid(0, 0) == -1) {
    FailStep("start session", "", errno);
  }
}

// The supervisor's word: the maps are written. It carries our pid as the host counts. Without the
// word he is dead, or has reported why there is none.
pid_t WaitForIdMaps(int fd) {
  pid_t own_pid_outside;
  ssize_t got;
  while ((got = read(fd, &own_pid_outside, sizeof own_pid_outside)) == -1 && errno == EINTR) {
  }
  if (got == -1) FailStep("clone namespaces", "wait for the supervisor", errno);
  if (got != static_cast<ssize_t>(sizeof own_pid_outside)) _exit(kNoWord);
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

// In every PID namespace the first process would be 2, and programs that share a directory, such as
// Jest's transform cache, tell their temporary files apart by pid. So the command gets a number
// that is no other process's: the one that init has on the host. pid_namespaces(7), ns_last_pid
void StartPidsAt(pid_t pid) {
  const int fd = open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);
  // A kernel without CONFIG_CHECKPOINT_RESTORE has no such file: then pids are as in any container.
  if (fd == -1) return;
  const std::string last = std::to_string(pid - 1);
  if (write(fd, last.data(), last.size()) == -1) {
    // Nothing of the isolation hangs on it.
  }
  close(fd);
}

// Outside: a step failed because the kernel refused it, or because the child is gone. In the second
// case the child has reported why, and one report is enough. It has no word to wait for any more,
// so it ends.
[[noreturn]] void FailWithoutChild(const StepFailure& failure, pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) == -1 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == kSetupFailed) Exit(kSetupFailed);
  FailStep(failure.step.c_str(), failure.subject.c_str(), failure.error);
}

volatile bool* ShareFlag() {
  void* page =
      mmap(nullptr, sizeof(bool), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) FailStep("become PID 1", "mmap", errno);
  return static_cast<volatile bool*>(page);
}

// The command in our place. Should it not be to be had, we are still there to say so.
[[noreturn]] void ExecAsPid1(const CommandPlan& plan, pid_t own_pid_outside,
                             volatile bool* became_command) {
  ReportReady(own_pid_outside);
  *became_command = true;
  const Refusal refusal = BecomeCommand(plan);
  *became_command = false;
  FailStep(refusal.step, refusal.subject, refusal.error);
}

// Inside, in the order in which the steps need each other.
[[noreturn]] void RunInside(const Options& asked, const Clone& clone, const int go[2],
                            const Outside& outside, int signal_fd, const Arguments& arguments) {
  Reach("cloned");
  const bool is_init = (clone.namespaces & CLONE_NEWPID) != 0;
  ForgetAtExit();
  // Open in him alone: it tells us that he lives.
  close(go[1]);
  // Should he die. Without a PID namespace our death alone would end nobody else, so we are told
  // instead.
  const Supervisor supervisor = {is_init ? SIGKILL : kSupervisorDied, go[0]};
  if (!DieWith(supervisor)) FailStep("die with supervisor", "", errno);
  prctl(PR_SET_NAME, "ns-init");
  LeaveSession(asked.processes);
  if (!is_init && prctl(PR_SET_CHILD_SUBREAPER, 1) == -1) FailStep("become subreaper", "", errno);
  if (clone.unshare_later != 0) EnterTimeNamespace(asked);

  const Options options = WithoutSteps(asked, asked.try_namespaces & ~clone.namespaces);
  RequireNamespaces(options, clone.namespaces);
  // What needs no ids, while the supervisor writes the maps.
  if ((clone.namespaces & CLONE_NEWNS) != 0) {
    SetPropagation(options.files.propagation, clone.namespaces);
  }
  SetNames(options.network);
  if (options.network.loopback) BringUpLoopback();

  const pid_t own_pid_outside = WaitForIdMaps(go[0]);
  Reach("mapped");
  const auto& uplink = options.network.uplink;
  if (uplink && WantsUplinkProgram(options.network)) {
    WaitForUplink(*uplink, go[0], options.lifeline_fd);
  }
  const bool wants_mounts = WantsMounts(options.files);
  const FromHost host = wants_mounts ? OpenFromHost(options.files) : FromHost();
  if (options.ids.init) BecomeInit(*options.ids.init, supervisor);
  // Before the mounts: tun and tap are made by the host's /dev/net/tun.
  if (WantsInterfaces(options.network)) MakeInterfaces(options.network);
  if (wants_mounts) SetUpMounts(options.files, host, clone.namespaces);
  if (options.files.mount_sys && (clone.namespaces & CLONE_NEWCGROUP) != 0) {
    ShowGroups(options.limits);
  }
  if (options.network.open_to_users) OpenToUsers();
  WriteSysctls(options.processes);
  Reach("setUp");
  const bool is_copy = options.copy_fd != -1;
  // Whoever makes the copy inside has a number, too, for a moment.
  if (is_init) StartPidsAt(is_copy ? own_pid_outside - 1 : own_pid_outside);
  const CommandPlan plan = {
      options, options.processes.directory ? options.processes.directory : outside.directory,
      outside.limits, PlanCapabilities(options.processes), supervisor};
  if (options.processes.as_pid_1) ExecAsPid1(plan, own_pid_outside, outside.became_command);
  const pid_t command = is_copy ? StartCopy(plan, clone.namespaces) : StartCommand(plan);
  Reach("launched");
  close(go[0]);
  ReportReady(own_pid_outside);
  ShortenCommandLine(arguments.argc, arguments.argv);
  LiveAsInit(options, command, signal_fd);
}

// The command alone, without a PID 1 of ours: what it leaves belongs to those namespaces.
[[noreturn]] void RunEntered(const Options& options, const Outside& outside, int signal_fd) {
  JoinGroups(options.enter);
  EnterNamespaces(options.enter);
  if (options.ids.init) BecomeLikeInit(*options.ids.init);
  const CommandPlan plan = {
      options, options.processes.directory ? options.processes.directory : outside.directory,
      outside.limits, PlanCapabilities(options.processes)};
  const pid_t command = StartCommand(plan);
  for (const int fd : options.pass_fds) close(fd);
  ReportReady(command);
  HostSide host_side;
  SuperviseInit(options, {command, true, nullptr}, &host_side, signal_fd);
}

}  // namespace

int main(int argc, char** argv) {
  Reach("started");
  std::set_new_handler(FailForMemory);
  if (argc == 2 && strcmp(argv[1], "--wait") == 0) WaitForSignal();
  const Options options = ParseOptions(argc, argv);
  SetStatusFd(options.status_fd);
  KeepDescriptorsPrivate(options);
  Outside outside;
  if (getcwd(outside.directory, sizeof outside.directory) == nullptr) {
    FailStep("read directory", ".", errno);
  }
  outside.limits = ResolveLimits(options.processes);
  if (options.processes.as_pid_1) outside.became_command = ShareFlag();
  const int signal_fd = TakeSignals();
  if (options.processes.attended && !options.processes.new_session) OpenTerminal();
  if (!options.enter.namespaces.empty()) RunEntered(options, outside, signal_fd);

  int go[2];
  if (pipe2(go, O_CLOEXEC) == -1) FailStep("clone namespaces", "pipe", errno);
  EnterGroups(options.limits);
  JoinNamespaces(options);
  const Clone clone = CloneIntoNamespaces(options);
  if (clone.pid == 0) RunInside(options, clone, go, outside, signal_fd, {argc, argv});

  // Outside from here on.
  close(go[0]);
  for (const int fd : options.pass_fds) close(fd);
  if (options.copy_fd != -1) close(options.copy_fd);
  StepFailure failure = LeaveGroups(options.limits);
  if (failure.error == 0 && (clone.namespaces & CLONE_NEWUSER) != 0) {
    failure = WriteIdMaps(options.ids, clone.pid, options.lifeline_fd);
  }
  HostSide host_side;
  if (failure.error == 0) failure = ConnectToHost(options.network, clone, &host_side);
  if (failure.error == 0 &&
      write(go[1], &clone.pid, sizeof clone.pid) != static_cast<ssize_t>(sizeof clone.pid)) {
    failure = {"clone namespaces", "the child ended", errno};
  }
  // Held open: init sees by it that we live.
  host_side.go = go[1];
  if (failure.error != 0) {
    DisconnectFromHost(&host_side);
    FailWithoutChild(failure, clone.pid);
  }
  const bool is_init = (clone.namespaces & CLONE_NEWPID) != 0;
  const Init init = {clone.pid, is_init, is_init ? outside.became_command : nullptr};
  SuperviseInit(options, init, &host_side, signal_fd);
}
