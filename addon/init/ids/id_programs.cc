#include "ids/id_programs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

namespace {

std::vector<std::string> Words(const char* program, const std::vector<IdMapLine>& map,
                               pid_t child) {
  std::vector<std::string> words = {program, std::to_string(child)};
  for (const IdMapLine& line : map) {
    for (const unsigned number : {line.inside, line.outside, line.count}) {
      words.push_back(std::to_string(number));
    }
  }
  return words;
}

struct Started {
  pid_t pid;
  int error;  // of vfork(2) or execv(3)
};

Started Start(const char* program, char* const* argv, int output) {
  volatile int error = 0;
  const pid_t pid = vfork();  // NOLINT
  if (pid == -1) return {-1, errno};
  if (pid == 0) {
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    execv(program, argv);
    error = errno;
    _exit(127);
  }
  return {pid, error};
}

// All that the program says, until it has closed its output. False when the lifeline closed first:
// then there is nobody left to work for.
bool ReadOutput(int fd, int lifeline_fd, std::string* output) {
  struct pollfd fds[] = {{fd, POLLIN, 0}, {lifeline_fd, POLLIN, 0}};
  for (;;) {
    if (poll(fds, 2, -1) == -1) continue;
    if (fds[1].revents != 0) return false;
    char buffer[512];
    const ssize_t size = read(fd, buffer, sizeof buffer);
    if (size <= 0) return true;
    output->append(buffer, static_cast<size_t>(size));
  }
}

}  // namespace

StepFailure RunIdProgram(const char* program, const std::vector<IdMapLine>& map, pid_t child,
                         int lifeline_fd) {
  const char* const slash = strrchr(program, '/');
  const std::string step = slash == nullptr ? program : slash + 1;
  std::vector<std::string> words = Words(program, map, child);
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  int output[2];
  if (pipe2(output, O_CLOEXEC) == -1) return {step, "pipe", errno};
  const Started started = Start(program, argv.data(), output[1]);
  close(output[1]);
  std::string said;
  const bool finished = started.pid != -1 && ReadOutput(output[0], lifeline_fd, &said);
  close(output[0]);
  if (started.pid == -1) return {step, program, started.error};
  // It runs with our real user id, so we may. kill(2)
  if (!finished) kill(started.pid, SIGKILL);
  int status = 0;
  while (waitpid(started.pid, &status, 0) == -1 && errno == EINTR) {
  }
  if (started.error != 0) return {step, program, started.error};
  if (!finished) return {step, "the lifeline closed", ECANCELED};
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return {step, said.empty() ? program : said, EPERM};
}
