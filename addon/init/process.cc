#include "process.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel.h"
#include "status.h"

namespace {

constexpr int kNoSignal = 0;

// Reads one signal, or returns kNoSignal. Signals of one kind that arrive together are one.
int NextSignal(int signal_fd) {
  struct signalfd_siginfo info;
  const ssize_t size = read(signal_fd, &info, sizeof info);
  return size == static_cast<ssize_t>(sizeof info) ? static_cast<int>(info.ssi_signo) : kNoSignal;
}

enum class Event { kSignal, kLifelineClosed };

// Nothing is ever written to the lifeline, so readable means: the other end is closed.
Event WaitForEvent(int signal_fd, int lifeline_fd) {
  struct pollfd fds[] = {{signal_fd, POLLIN, 0}, {lifeline_fd, POLLIN, 0}};
  while (poll(fds, 2, -1) == -1) {
    // poll(2) fails otherwise only for want of memory, which may pass.
  }
  return fds[1].revents != 0 ? Event::kLifelineClosed : Event::kSignal;
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

// What /proc of this PID namespace lists, but for us. Zombies are no news: they are reaped next.
std::vector<LeftProcess> ListLeftProcesses() {
  std::vector<LeftProcess> left;
  DIR* directory = opendir("/proc");
  if (directory == nullptr) return left;
  while (const struct dirent* entry = readdir(directory)) {
    const pid_t pid =
        isdigit(static_cast<unsigned char>(entry->d_name[0])) ? atoi(entry->d_name) : 0;
    if (pid <= 1) continue;
    const std::string stat = ReadFirstBytes("/proc/" + std::to_string(pid) + "/stat");
    const size_t name_end = stat.rfind(") ");
    if (name_end == std::string::npos || stat.compare(name_end + 2, 1, "Z") == 0) continue;
    left.push_back({pid, CommandOf(pid)});
  }
  closedir(directory);
  return left;
}

void KillOwnChildren() {
  const std::string path = "/proc/self/task/" + std::to_string(getpid()) + "/children";
  FILE* file = fopen(path.c_str(), "re");
  if (file == nullptr) return;
  int pid;
  while (fscanf(file, "%d", &pid) == 1) kill(pid, SIGKILL);
  fclose(file);
}

// As PID 1 one kill reaches every process but ourselves. Without a PID namespace we are a
// subreaper: whatever loses its parent becomes our child, so killing children until there are none
// ends all.
void KillAll() {
  const bool is_init = getpid() == 1;
  do {
    if (is_init) {
      kill(-1, SIGKILL);
    } else {
      KillOwnChildren();
    }
  } while (wait4(-1, nullptr, 0, nullptr) != -1 || errno == EINTR);
}

// Reaps every child that has ended. True when the command was among them.
bool Reap(pid_t command, ExitReport* report) {
  bool command_ended = false;
  int status;
  struct rusage usage;
  for (pid_t pid; (pid = wait4(-1, &status, WNOHANG, &usage)) > 0;) {
    if (pid != command) continue;
    command_ended = true;
    ReadWaitStatus(status, report);
    report->usage = usage;
  }
  return command_ended;
}

void LetSignalsThrough() {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
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
  signal(SIGCHLD, SIG_DFL);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  const int fd = signalfd(-1, &all, SFD_CLOEXEC);
  if (fd == -1) FailStep("take signals", "", errno);
  return fd;
}

void SuperviseInit(const Options& options, pid_t init, int signal_fd) {
  for (;;) {
    if (WaitForEvent(signal_fd, options.lifeline_fd) == Event::kLifelineClosed) {
      kill(init, SIGKILL);
      while (waitpid(init, nullptr, 0) == -1 && errno == EINTR) {
      }
      _exit(kSetupFailed);
    }
    const int signal = NextSignal(signal_fd);
    if (signal != SIGCHLD) {
      kill(init, signal);
      continue;
    }
    int status;
    if (waitpid(init, &status, WNOHANG) != init) continue;
    // PID 1 tells how the command ended; only its own violent end is ours to tell.
    if (WIFSIGNALED(status)) ReportInitKilled(WTERMSIG(status));
    _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
  }
}

pid_t StartCommand(const Options& options, const char* directory) {
  volatile int exec_error = 0;
  // vfork: no page table is copied for a process that leaves it at once, and the child's errno is
  // simply ours to read when we go on. It does nothing but system calls and FailStep. vfork(2)
  const pid_t pid = vfork();  // NOLINT(clang-analyzer-security.insecureAPI.vfork)
  if (pid == -1) FailStep("start command", "fork", errno);
  if (pid == 0) {
    // A process group of its own: kill(0, ...) in the command is not meant for us.
    setpgid(0, 0);
    LetSignalsThrough();
    // Through the path again: the inherited directory lies under what was covered.
    if (chdir(directory) == -1) FailStep("change directory", directory, errno);
    execvp(options.command[0], options.command);
    exec_error = errno;
    _exit(127);
  }
  if (exec_error != 0) FailStep("exec", options.command[0], exec_error);
  return pid;
}

void LiveAsInit(const Options& options, pid_t command, int signal_fd) {
  // The command's descriptors are its own: a channel that we held open would never read as closed.
  for (const int fd : options.pass_fds) close(fd);
  ExitReport report = {};
  for (;;) {
    if (WaitForEvent(signal_fd, options.lifeline_fd) == Event::kLifelineClosed) {
      KillAll();
      _exit(kSetupFailed);
    }
    const int signal = NextSignal(signal_fd);
    if (signal != SIGCHLD) {
      if (signal != kNoSignal) kill(command, signal);
      continue;
    }
    if (!Reap(command, &report)) continue;
    // With signal 0 this only asks whether there is anybody but us.
    const bool alone = getpid() == 1 && kill(-1, 0) == -1;
    if (!alone && options.mount_proc) report.left = ListLeftProcesses();
    KillAll();
    ReportExit(report);
    _exit(ExitCodeOf(report));
  }
}
