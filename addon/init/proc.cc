#include "proc.h"

#include <errno.h>
#include <fcntl.h>

#include <string>

#include "status.h"

namespace {

int proc_fd = -1;

}  // namespace

void KeepProc() {
  proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (proc_fd == -1) FailStep("open /proc", "", errno);
}

int OpenProc(pid_t pid, const char* file, int flags) {
  const std::string path = std::to_string(pid) + '/' + file;
  if (proc_fd == -1) return open(("/proc/" + path).c_str(), flags | O_CLOEXEC);
  return openat(proc_fd, path.c_str(), flags | O_CLOEXEC);
}
