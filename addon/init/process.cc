#include "process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>

#include "kernel.h"
#include "status.h"
#include "terminal.h"

namespace {

struct Signal {
  int number;    // 0 when there was none after all
  pid_t sender;  // 0 when it came from outside of our PID namespace, or from the kernel
  int value;     // sigqueue(3); 0 otherwise
  bool is_terminals;
};

// Signals of one kind that arrive together are one.
Signal NextSignal(int signal_fd) {
  struct signalfd_siginfo info = {};
  if (read(signal_fd, &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return {};
  return {static_cast<int>(info.ssi_signo), static_cast<pid_t>(info.ssi_pid), info.ssi_int,
          info.ssi_code == SI_KERNEL};
}

// A moment from now, or never.
class Deadline {
 public:
  Deadline() = default;
  explicit Deadline(int milliseconds) : at_(Now() + milliseconds) {}

  // What poll(2) is to wait at most: -1 for ever.
  int Rest() const {
    if (at_ == kNever) return -1;
    const int64_t rest = at_ - Now();
    return rest > 0 ? static_cast<int>(rest) : 0;
  }

 private:
  static constexpr int64_t kNever = -1;

  static int64_t Now() {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
  }

  int64_t at_ = kNever;
};

// Goes with SIGCONT from the supervisor to init.
constexpr int kInForeground = 1;

// The last words that the lifeline may bring: one byte for each of us. Without it, it has closed.
bool IsToldToStay(const Options& options) {
  char word;
  return options.may_stay && read(options.lifeline_fd, &word, 1) == 1;
}

// Is the command our own child, and no PID 1 of ours between?
bool IsEntered(const Options& options) { return !options.enter.namespaces.empty(); }

// poll(2) leaves them out.
constexpr int kNoLifeline = -1;
constexpr int kNoSignals = -1;

enum class Event { kSignal, kLifelineClosed, kTimePassed, kCommandStopped };

// Readable means of the lifeline: the other end is closed, or IsToldToStay.
Event WaitForEvent(int signal_fd, int lifeline_fd, const Deadline& deadline = Deadline(),
                   int stopped_fd = -1) {
  struct pollfd fds[] = {{signal_fd, POLLIN, 0}, {lifeline_fd, POLLIN, 0}, {stopped_fd, POLLIN, 0}};
  int ready;
  while ((ready = poll(fds, 3, deadline.Rest())) == -1) {
    // poll(2) fails otherwise only for want of memory, which may pass.
  }
  if (ready == 0) return Event::kTimePassed;
  if (fds[2].revents != 0) return Event::kCommandStopped;
  return fds[1].revents != 0 ? Event::kLifelineClosed : Event::kSignal;
}

bool IsForwarded(const ProcessOptions& options, int signal) {
  return signal != 0 && (options.forward_signals >> (signal - 1) & 1) != 0;
}

int ExitCodeOf(const ExitReport& report) {
  return report.signaled ? 128 + report.code_or_signal : report.code_or_signal;
}

void ReadWaitStatus(int status, ExitReport* report) {
  report->signaled = WIFSIGNALED(status);
  report->code_or_signal = report->signaled ? WTERMSIG(status) : WEXITSTATUS(status);
}

std::string ReadFirstBytes(const std::string& path) {
  char buffer[256];
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd == -1) return "";
  const ssize_t size = read(fd, buffer, sizeof buffer);
  close(fd);
  return size > 0 ? std::string(buffer, static_cast<size_t>(size)) : "";
}

std::string CommandOf(pid_t pid) {
  const std::string directory = "/proc/" + std::to_string(pid);
  std::string command = ReadFirstBytes(directory + "/cmdline");
  while (!command.empty() && command.back() == '\0') command.pop_back();
  for (char& c : command) {
    if (c == '\0') c = ' ';
  }
  if (!command.empty()) return command;
  command = ReadFirstBytes(directory + "/comm");
  if (!command.empty() && command.back() == '\n') command.pop_back();
  return command;
}

// Is there anybody but us in our PID namespace? Signal 0 only asks. kill(2)
bool IsAlone() { return kill(-1, 0) == -1; }

// Processes that were killed or closed a moment ago need a moment to be gone, and are not left
// behind.
void LetDyingEnd() {
  for (int i = 0; i < 10 && !IsAlone(); ++i) {
    while (wait4(-1, nullptr, WNOHANG, nullptr) > 0) {
    }
    if (!IsAlone()) usleep(2000);
  }
}

// What /proc of our PID namespace lists, but for us.
std::vector<LeftProcess> ListLeftProcesses() {
  std::vector<LeftProcess> left;
  LetDyingEnd();
  if (IsAlone()) return left;
  DIR* directory = opendir("/proc");
  if (directory == nullptr) return left;
  while (const struct dirent* entry = readdir(directory)) {
    char* end;
    const long pid = strtol(entry->d_name, &end, 10);
    if (*end != '\0' || pid <= 1) continue;
    left.push_back({static_cast<pid_t>(pid), CommandOf(static_cast<pid_t>(pid))});
  }
  closedir(directory);
  return left;
}

void SignalOwnChildren(int signal) {
  const std::string path = "/proc/self/task/" + std::to_string(getpid()) + "/children";
  FILE* file = fopen(path.c_str(), "re");
  if (file == nullptr) return;
  int pid;
  while (fscanf(file, "%d", &pid) == 1) kill(pid, signal);
  fclose(file);
}

// As PID 1 one kill reaches every process but ourselves. Without a PID namespace we are a
// subreaper: whatever loses its parent becomes our child.
void SignalAll(int signal) {
  if (getpid() == 1) {
    kill(-1, signal);
  } else {
    SignalOwnChildren(signal);
  }
}

// Killing until there are no children ends all, those without a PID namespace too.
void KillAll() {
  do {
    SignalAll(SIGKILL);
  } while (wait4(-1, nullptr, 0, nullptr) != -1 || errno == EINTR);
}

bool HasChildren() {
  pid_t pid;
  while ((pid = wait4(-1, nullptr, WNOHANG, nullptr)) > 0) {
  }
  return pid == 0;
}

// Whoever wants to end well is told first, and has the time that was granted.
void EndAll(const ProcessOptions& options, int signal_fd) {
  if (options.kill_delay > 0) {
    SignalAll(options.kill_signal);
    // Who is stopped hears it only when he goes on.
    SignalAll(SIGCONT);
    const Deadline deadline(options.kill_delay);
    while (HasChildren() && WaitForEvent(signal_fd, kNoLifeline, deadline) != Event::kTimePassed) {
      NextSignal(signal_fd);
    }
  }
  KillAll();
}

// Reaps every child that has ended. True when the command was among them.
bool Reap(pid_t command, ExitReport* report) {
  bool command_ended = false;
  int status;
  struct rusage usage;
  for (pid_t pid; (pid = wait4(-1, &status, WNOHANG | WUNTRACED, &usage)) > 0;) {
    if (pid != command) continue;
    if (WIFSTOPPED(status)) {
      NoteStopped(WSTOPSIG(status));
      continue;
    }
    command_ended = true;
    ReadWaitStatus(status, report);
    report->usage = usage;
  }
  return command_ended;
}

// All inside is stopped and stays. Until we are told to end, there is nothing to do but to reap.
[[noreturn]] void Stay(const Options& options, int signal_fd) {
  SignalAll(SIGSTOP);
  ReportKept();
  for (;;) {
    const Signal signal = NextSignal(signal_fd);
    switch (signal.number) {
      case SIGCHLD:
        HasChildren();
        break;
      case SIGTERM:
      case SIGINT:
      case SIGHUP:
      case SIGQUIT:
        if (signal.sender != 0) break;
        EndAll(options.processes, signal_fd);
        _exit(0);
      default:
        break;
    }
  }
}

// With PID 1 its namespace dies. Without one, init has to do the killing, and must not be stopped.
void KillInit(const Init& init) {
  if (init.own_pid_namespace) {
    kill(init.pid, SIGKILL);
  } else {
    kill(init.pid, kSupervisorDied);
    kill(init.pid, SIGCONT);
  }
  while (waitpid(init.pid, nullptr, 0) == -1 && errno == EINTR) {
  }
}

bool HasGivenUp(const Init& init) {
  siginfo_t info = {};
  return waitid(P_PID, static_cast<id_t>(init.pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == init.pid && info.si_code == CLD_EXITED && info.si_status == kSetupFailed;
}

// A child that is not init has ended. If it was a helper, the sandbox is not what it was made to
// be.
void ReapHelpers(const Init& init, HostSide* host_side) {
  for (const Helper& helper : std::vector<Helper>(host_side->helpers)) {
    if (waitpid(helper.pid, nullptr, WNOHANG) != helper.pid) continue;
    const StepFailure failure = HelperEnded(host_side, helper.pid);
    // Asked first: what we do now makes it end without a word.
    const bool has_given_up = HasGivenUp(init);
    DisconnectFromHost(host_side);
    KillInit(init);
    // It has told why, and a helper without it is no other failure.
    if (has_given_up) Exit(kSetupFailed);
    FailStep(failure.step.c_str(), failure.subject.c_str(), failure.error);
  }
}

// Init reads the lifeline too and passes the word on; a command that is PID 1 hears it from us.
// Returns when we lose patience.
Deadline AskInitToEnd(const ProcessOptions& options, const Init& init) {
  // Init, too, waits for the whole delay, and kills after it.
  constexpr int kTimeToKillMs = 1000;
  const bool is_command = init.became_command != nullptr;
  if (is_command) kill(init.pid, options.kill_signal);
  kill(init.pid, SIGCONT);
  const int64_t patience = int64_t{options.kill_delay} + (is_command ? 0 : kTimeToKillMs);
  return Deadline(static_cast<int>(std::min<int64_t>(patience, INT_MAX)));
}

// What is to be forwarded; 0 for nothing. An attending caller is sent what his terminal sends, as
// we are, and passes it on to us by a signal that is never taken for the same. Only when he is
// stopped he cannot.
int MeantFor(const Options& options, const Signal& signal) {
  constexpr int kPassedOn = 34;  // the first real-time signal: those are queued. signal(7)
  if (!options.processes.attended) return signal.number;
  if (signal.number > kPassedOn) return signal.number - kPassedOn;
  // What we send to the caller's group, we are sent, too.
  if (signal.number == SIGTSTP) return signal.sender == getpid() ? 0 : SIGTSTP;
  return signal.is_terminals ? 0 : signal.number;
}

// What keys send, they send to a whole group. A shell that waits leaves it to its child. termios(3)
pid_t TargetOf(const Options& options, pid_t command, int signal) {
  const bool is_key = signal == SIGINT || signal == SIGQUIT || signal == SIGTSTP;
  return options.processes.attended && is_key ? -command : command;
}

// We were let go on, and so is the command: it has the terminal if that is ours again.
void ResumeBelow(const Options& options, const Init& init) {
  const bool in_foreground = Lend();
  if (IsEntered(options)) {
    Resume(init.pid, in_foreground);
  } else {
    union sigval value = {};
    value.sival_int = in_foreground ? kInForeground : 0;
    sigqueue(init.pid, SIGCONT, value);
  }
}

[[noreturn]] void ExitLike(const Init& init, int status, const struct rusage& usage) {
  ExitReport report = {};
  ReadWaitStatus(status, &report);
  report.usage = usage;
  if (init.became_command != nullptr && *init.became_command) {
    ReportExit(report);
  } else if (report.signaled) {
    // Init tells how the command ended; only its own violent end is ours to tell.
    ReportInitKilled(report.code_or_signal);
  }
  Exit(ExitCodeOf(report));
}

}  // namespace

int TakeSignals() {
  sigset_t all;
  sigfillset(&all);
  // Our own faults must end us, not wait in a queue.
  for (const int fault : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS}) {
    sigdelset(&all, fault);
  }
  // An ignored SIGCHLD, which is inherited across exec, would make the kernel reap in our place.
  if (signal(SIGCHLD, SIG_DFL) == SIG_ERR || sigprocmask(SIG_SETMASK, &all, nullptr) == -1) {
    FailStep("take signals", "", errno);
  }
  const int fd = signalfd(-1, &all, SFD_CLOEXEC);
  if (fd == -1) FailStep("take signals", "", errno);
  return fd;
}

void SuperviseInit(const Options& options, const Init& init, HostSide* host_side, int signal_fd) {
  const ProcessOptions& processes = options.processes;
  int lifeline_fd = options.lifeline_fd;
  Deadline deadline;
  for (;;) {
    const Event event = WaitForEvent(signal_fd, lifeline_fd, deadline, StoppedFd());
    if (event == Event::kCommandStopped) {
      if (!SuspendCaller()) ResumeBelow(options, init);
      continue;
    }
    if (event == Event::kLifelineClosed && IsToldToStay(options)) {
      lifeline_fd = kNoLifeline;
      // Out of the reach of what ends the caller's job or session.
      setsid();
      prctl(PR_SET_NAME, "ns-init kept");
      continue;
    }
    if (event == Event::kLifelineClosed && init.own_pid_namespace && processes.kill_delay > 0) {
      lifeline_fd = kNoLifeline;
      deadline = AskInitToEnd(processes, init);
      continue;
    }
    if (event != Event::kSignal) {
      KillInit(init);
      DisconnectFromHost(host_side);
      Exit(kSetupFailed);
    }
    const Signal signal = NextSignal(signal_fd);
    if (signal.number == SIGCONT && HasTerminal()) {
      ResumeBelow(options, init);
      continue;
    }
    if (signal.number != SIGCHLD) {
      const int meant = MeantFor(options, signal);
      const pid_t target = IsEntered(options) ? TargetOf(options, init.pid, meant) : init.pid;
      if (IsForwarded(processes, meant)) kill(target, meant);
      continue;
    }
    int status;
    struct rusage usage;
    const int stops = IsEntered(options) ? WUNTRACED : 0;
    if (wait4(init.pid, &status, WNOHANG | stops, &usage) == init.pid) {
      if (WIFSTOPPED(status)) {
        NoteStopped(WSTOPSIG(status));
        continue;
      }
      DisconnectFromHost(host_side);
      ExitLike(init, status, usage);
    }
    ReapHelpers(init, host_side);
  }
}

void LiveAsInit(const Options& options, pid_t command, int signal_fd) {
  const bool is_init = getpid() == 1;
  // The command's descriptors are its own: a channel that we held open would never read as closed.
  for (const int fd : options.pass_fds) close(fd);
  ExitReport report = {};
  for (;;) {
    const Event event = WaitForEvent(signal_fd, options.lifeline_fd);
    const Signal signal = event == Event::kSignal ? NextSignal(signal_fd) : Signal{};
    if (event == Event::kLifelineClosed && IsToldToStay(options)) Stay(options, signal_fd);
    if (event == Event::kLifelineClosed || (!is_init && signal.number == kSupervisorDied)) {
      EndAll(options.processes, signal_fd);
      _exit(kSetupFailed);
    }
    if (signal.number != SIGCHLD) {
      // What is sent to PID 1 inside is not meant for the command; what comes from outside is.
      const bool is_meant = !is_init || signal.sender == 0;
      if (is_meant && signal.number == SIGCONT && HasTerminal()) {
        Resume(command, signal.value == kInForeground);
        continue;
      }
      if (is_meant && IsForwarded(options.processes, signal.number)) {
        kill(TargetOf(options, command, signal.number), signal.number);
      }
      continue;
    }
    if (!Reap(command, &report)) continue;
    if (is_init && options.files.mount_proc) report.left = ListLeftProcesses();
    if (options.may_stay) {
      SignalAll(SIGSTOP);
      report.written = ListWritten();
      ReportExit(report);
      while (WaitForEvent(kNoSignals, options.lifeline_fd) != Event::kLifelineClosed) {
      }
      if (IsToldToStay(options)) Stay(options, signal_fd);
      EndAll(options.processes, signal_fd);
    } else {
      EndAll(options.processes, signal_fd);
      // Nobody writes any more.
      report.written = ListWritten();
      ReportExit(report);
    }
    _exit(ExitCodeOf(report));
  }
}
