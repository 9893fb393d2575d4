#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <memory>
#include <vector>

#include "errors.h"
#include "exports.h"
#include "fork/platform.h"
#include "values.h"

namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};

/// Node sets FD_CLOEXEC on what it opens, and on the first it finds open: what has none was Jest's.
std::vector<int> Inherited(Napi::Env env) {
  const std::unique_ptr<DIR, CloseDirectory> directory(opendir("/proc/self/fd"));
  if (!directory) throw SystemError(env, errno, "opendir");
  std::vector<int> found;
  while (const dirent* const entry = readdir(directory.get())) {
    const int fd = atoi(entry->d_name);
    const int flags = fcntl(fd, F_GETFD);
    if (fd > STDERR_FILENO && flags != -1 && (flags & FD_CLOEXEC) == 0) found.push_back(fd);
  }
  return found;
}

bool HasHungUp(int socket) {
  struct pollfd end = {socket, POLLRDHUP, 0};
  return poll(&end, 1, 0) == 1;
}

}  // namespace

Napi::Value CopyStart(const Napi::CallbackInfo& info) {
  // Whoever is warming up notices nothing. Copies do not have this: their sandbox ends them.
  // PR_SET_PDEATHSIG(2const)
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1) throw SystemError(info.Env(), errno, "prctl");
  // It may have died before.
  if (HasHungUp(Int(info[0]))) _exit(0);
  // What a terminal sends to Jest is not for us.
  if (setpgid(0, 0) == -1) throw SystemError(info.Env(), errno, "setpgid");
  for (const int fd : Inherited(info.Env())) close(fd);
  const int error = TakeOverPlatform();
  if (error != 0) throw SystemError(info.Env(), error, "v8::Platform");
  return info.Env().Undefined();
}
