#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "operations.h"

namespace {

constexpr uint32_t kMaxStrings = 4096;

// Followed by the strings, each with its NUL: the working directory (empty: stay), the arguments,
// the environment.
struct SpawnRequest {
  int32_t standard[3];  // descriptors of ours for the program's 0, 1 and 2; -1: keep
  uint32_t replace;     // 1: the agent itself becomes the program
  uint32_t argument_count;
  uint32_t variable_count;
};

// Splits the strings in place. False if there are fewer than promised.
bool ReadStrings(char* at, const char* end, char** strings, uint32_t count) {
  for (uint32_t i = 0; i < count; ++i) {
    const size_t rest = static_cast<size_t>(end - at);
    const size_t length = strnlen(at, rest);
    if (length == rest) return false;
    strings[i] = at;
    at += length + 1;
  }
  return true;
}

// Returns only if it failed, with errno set. Nothing but system calls: it may run after vfork(2).
void Become(const SpawnRequest& wanted, const char* directory, char** arguments) {
  for (int target = 0; target < 3; ++target) {
    const int source = wanted.standard[target];
    if (source == target) {
      fcntl(source, F_SETFD, 0);
    } else if (source != -1 && dup2(source, target) == -1) {
      return;
    }
  }
  if (*directory != '\0' && chdir(directory) == -1) return;
  execvp(arguments[0], arguments);
}

}  // namespace

void Spawn(Message* request, Message* answer) {
  SpawnRequest wanted = {};
  static char* strings[kMaxStrings];
  static char* arguments[kMaxStrings];
  static char* variables[kMaxStrings];
  if (!ReadBody(*request, &wanted) || wanted.argument_count == 0 ||
      wanted.argument_count >= kMaxStrings - 1 ||
      wanted.variable_count >= kMaxStrings - 1 - wanted.argument_count) {
    return StartAnswer(answer, -1, E2BIG);
  }
  char* text = reinterpret_cast<char*>(request->bytes) + sizeof(RequestHeader) + sizeof wanted;
  const char* end = reinterpret_cast<char*>(request->bytes) + request->size;
  const uint32_t count = 1 + wanted.argument_count + wanted.variable_count;
  if (!ReadStrings(text, end, strings, count)) return StartAnswer(answer, -1, EBADMSG);
  *std::copy_n(strings + 1, wanted.argument_count, arguments) = nullptr;
  *std::copy_n(strings + 1 + wanted.argument_count, wanted.variable_count, variables) = nullptr;

  // execvp(3) searches the PATH of the environment in force, and hands that environment on.
  char** const own = environ;
  environ = variables;
  volatile int error = 0;
  // What the child notes is simply ours to read when it is gone or has become the program. vfork(2)
  const pid_t pid = wanted.replace != 0 ? 0 : vfork();  // NOLINT
  if (pid == 0) {
    Become(wanted, strings[0], arguments);
    error = errno;
    if (wanted.replace == 0) _exit(127);
  }
  if (pid == -1) error = errno;
  environ = own;
  StartAnswer(answer, error == 0 ? pid : -1, error);
  if (pid > 0 && error != 0) {
    // A program that never began is nobody's child.
    siginfo_t ended;
    while (waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED) == -1 && errno == EINTR) {
    }
  }
}
