#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <vector>

#include "errors.h"
#include "exports.h"
#include "fd.h"
#include "fork/appearance.h"
#include "fork/handed_back.h"
#include "fork/join.h"
#include "fork/memory.h"
#include "fork/platform.h"
#include "values.h"

// Node-API gives the loop but no headers for it. Node exports libuv's functions.
// https://docs.libuv.org/en/v1.x/loop.html#c.uv_loop_fork
extern "C" int uv_loop_fork(struct uv_loop_s* loop);

namespace {

/// One request, or why there is none: 0 when nobody is left who could ask.
ssize_t Receive(int socket, CopyRequest* request, int (&descriptors)[kCopyDescriptors]) {
  alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof descriptors)] = {};
  struct iovec body = {request, sizeof *request};
  struct msghdr message = {};
  message.msg_iov = &body;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t got;
  while ((got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC)) == -1 && errno == EINTR) {
  }
  if (got <= 0) return got;
  const struct cmsghdr* const header = CMSG_FIRSTHDR(&message);
  if (got != static_cast<ssize_t>(sizeof *request) || header == nullptr ||
      header->cmsg_len != CMSG_LEN(sizeof descriptors)) {
    errno = EPROTO;
    return -1;
  }
  memcpy(descriptors, CMSG_DATA(header), sizeof descriptors);
  return got;
}

struct uv_loop_s* LoopOf(Napi::Env env) {
  struct uv_loop_s* loop = nullptr;
  napi_get_uv_event_loop(env, &loop);
  return loop;
}

/// Moves a descriptor to where a program's first one is, if that is free: what tests open has the
/// numbers that it has in a Node of their own.
int AsIfAlone(int fd) {
  constexpr int kFirst = STDERR_FILENO + 1;
  if (fcntl(kFirst, F_GETFD) != -1 || dup3(fd, kFirst, O_CLOEXEC) == -1) return fd;
  close(fd);
  return kFirst;
}

/// Of the fork server.
pid_t server_pid = 0;

/// OpenSSL notices a copy by its pid, which in another namespace may be the fork server's.
/// RAND_poll(3)
void DrawRandomBytesAnew() {
  if (getpid() != server_pid) return;
  using Poll = int (*)();
  const auto poll_entropy = reinterpret_cast<Poll>(dlsym(RTLD_DEFAULT, "RAND_poll"));
  if (poll_entropy != nullptr) poll_entropy();
}

/// What libuv, OpenSSL and the memory want to be told in a copy.
void BecomeCopy(Napi::Env env) {
  DrawRandomBytesAnew();
  RestartPlatform();
  KeepFromChildren();
  TakeWrittenPages();
  const int error = uv_loop_fork(LoopOf(env));
  if (error != 0) throw SystemError(env, -error, "uv_loop_fork");
}

}  // namespace

Napi::Value CopyThreads(const Napi::CallbackInfo& info) {
  return Number(info.Env(), CountPlatformThreads());
}

Napi::Value CopyPrepare(const Napi::CallbackInfo& info) {
  DrainPlatform();
  server_pid = getpid();
  const int error = LetCopy();
  if (error != 0) throw SystemError(info.Env(), error, "madvise");
  NoteAppearance();
  PrepareHandingBack();
  return info.Env().Undefined();
}

Napi::Value CopyAwait(const Napi::CallbackInfo& info) {
  // Before it waits, so that who asks need not.
  DrainPlatform();
  struct pollfd request = {Int(info[0]), POLLIN, 0};
  while (poll(&request, 1, -1) == -1 && errno == EINTR) {
  }
  return Napi::Boolean::New(info.Env(), (request.revents & POLLHUP) == 0);
}

Napi::Value CopyServe(const Napi::CallbackInfo& info) {
  const int socket = Int(info[0]);
  DrainPlatform();
  CopyRequest request;
  int descriptors[kCopyDescriptors];
  const ssize_t got = Receive(socket, &request, descriptors);
  if (got == 0) return info.Env().Null();
  if (got == -1) throw SystemError(info.Env(), errno, "recvmsg");

  bool is_copy;
  {
    const PlatformAtRest rest;
    LetCopyWhatIsNew();
    is_copy = CopyInto(request, descriptors);
  }
  for (int at = 0; at < kCopyChannel; ++at) close(descriptors[at]);
  if (!is_copy) {
    close(descriptors[kCopyChannel]);
    return info.Env().Undefined();
  }
  close(socket);
  const int channel = AsIfAlone(descriptors[kCopyChannel]);
  BecomeCopy(info.Env());
  Napi::Object copy = Napi::Object::New(info.Env());
  copy.Set("channel", Number(info.Env(), channel));
  copy.Set("pid", Number(info.Env(), getpid()));
  return copy;
}

Napi::Value CopyTell(const Napi::CallbackInfo& info) {
  TellWrittenPages();
  return info.Env().Undefined();
}

Napi::Value CopyHandBack(const Napi::CallbackInfo& info) {
  const auto bytes = info[0].As<Napi::Uint8Array>();
  return Napi::Boolean::New(info.Env(), HandBack(bytes.Data(), bytes.ByteLength()));
}

Napi::Value CopyTakeBack(const Napi::CallbackInfo& info) {
  const std::vector<std::uint8_t> bytes = TakeBack();
  if (bytes.empty()) return info.Env().Undefined();
  return Napi::Buffer<std::uint8_t>::Copy(info.Env(), bytes.data(), bytes.size());
}

Napi::Value CopyOnHost(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  int error;
  pid_t pid = -1;
  {
    const PlatformAtRest rest;
    error = LetCopyNow();
    if (error == 0) pid = fork();
    if (error == 0 && pid == -1) error = errno;
  }
  if (pid == -1) throw SystemError(env, error, "fork");
  if (pid == 0) {
    // Who fails here must not go on as a second fork server.
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1) _exit(1);
    try {
      BecomeCopy(env);
    } catch (const Napi::Error&) {
      _exit(1);
    }
    return env.Undefined();
  }
  return Number(env, pid);
}

Napi::Value CopyEnd(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const pid_t pid = Int(info[0]);
  const Fd process(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!process.ok()) throw SystemError(env, errno, "pidfd_open");
  struct pollfd end = {process.get(), POLLIN, 0};
  int ready;
  while ((ready = poll(&end, 1, Int(info[1]))) == -1 && errno == EINTR) {
  }
  if (ready != 1) kill(pid, SIGKILL);
  int status = 0;
  while (waitpid(pid, &status, 0) == -1 && errno == EINTR) {
  }
  return ready == 1 ? Napi::Value(Number(env, status)) : env.Null();
}

Napi::Value ExitAtOnce(const Napi::CallbackInfo& info) {
  fflush(nullptr);
  _exit(Int(info[0]));
}
