#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <string>

#include "status.h"

namespace {

int terminal = -1;
int stopped[2] = {-1, -1};
// Whether the command is to be in the foreground whenever the caller is.
bool is_wanted = false;
bool is_lent = false;
// Which group was there when the command stopped, as its parent counts.
pid_t stopped_group = 0;

// A group in the background may do this while SIGTTOU is blocked. tcsetpgrp(3)
void SetForeground(pid_t group) { tcsetpgrp(terminal, group); }

bool IsInForeground() { return tcgetpgrp(terminal) == getpgrp(); }

void TakeBack() {
  if (is_lent) SetForeground(getpgrp());
  is_lent = false;
}

// The third field, behind a name that may hold anything. proc_pid_stat(5)
char StateOf(pid_t pid) {
  FILE* file = fopen(("/proc/" + std::to_string(pid) + "/stat").c_str(), "re");
  if (file == nullptr) return '?';
  char line[128] = {};
  const size_t size = fread(line, 1, sizeof line - 1, file);
  fclose(file);
  const size_t end = std::string(line, size).rfind(") ");
  return end == std::string::npos ? '?' : line[end + 2];
}

}  // namespace

void OpenTerminal() {
  terminal = open("/dev/tty", O_RDWR | O_CLOEXEC);
  if (terminal == -1) return;
  if (pipe2(stopped, O_CLOEXEC) == -1) FailStep("open terminal", "pipe", errno);
  is_wanted = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1;
  AtExit(TakeBack);
  Lend();
}

void TakeTerminal() {
  if (is_lent) SetForeground(getpid());
}

void NoteStopped(int signal) {
  if (terminal == -1) return;
  stopped_group = tcgetpgrp(terminal);
  const char told = static_cast<char>(signal);
  if (write(stopped[1], &told, 1) == -1) {
    // The supervisor is gone, and with him everybody who could be stopped.
  }
}

void Resume(pid_t command, bool in_foreground) {
  // 0: none that is inside.
  if (in_foreground) SetForeground(stopped_group > 0 ? stopped_group : command);
  kill(-command, SIGCONT);
}

bool HasTerminal() { return terminal != -1; }

int StoppedFd() { return stopped[0]; }

bool SuspendCaller() {
  constexpr int kTries = 50;
  char told;
  if (read(stopped[0], &told, 1) == -1) return true;
  if ((told == SIGTTIN || told == SIGTTOU) && IsInForeground()) {
    is_wanted = true;
    return false;
  }
  TakeBack();
  // We have it blocked. Of an orphaned group nobody is stopped by it, as nobody would let it go on
  // again. setpgid(2)
  kill(0, SIGTSTP);
  for (int i = 0; i < kTries; ++i) {
    if (StateOf(getppid()) == 'T') return true;
    usleep(5000);
  }
  return false;
}

bool Lend() {
  if (is_wanted && IsInForeground()) is_lent = true;
  return is_lent;
}
