#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "agent/channel.h"
#include "errors.h"
#include "exports.h"
#include "fd.h"
#include "values.h"
#include "wait_readable.h"

#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif

namespace {

constexpr int kChannelOfAgent = 3;

struct Channel {
  int ours;
  int theirs;
};

/// SOCK_SEQPACKET keeps messages apart and tells the end; with SO_PASSCRED each message brings its
/// sender's pid, as this process sees it. unix(7)
Channel OpenChannel(Napi::Env env) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == -1) {
    throw SystemError(env, errno, "socketpair");
  }
  const int on = 1;
  setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
  return {ends[0], ends[1]};
}

struct Received {
  std::vector<int> descriptors;
  pid_t sender = 0;
};

Received ReadControl(msghdr& header) {
  Received received;
  for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    if (part->cmsg_level != SOL_SOCKET) continue;
    if (part->cmsg_type == SCM_RIGHTS) {
      const std::size_t size = part->cmsg_len - CMSG_LEN(0);
      received.descriptors.resize(size / sizeof(int));
      std::memcpy(received.descriptors.data(), CMSG_DATA(part), size);
    } else if (part->cmsg_type == SCM_CREDENTIALS) {
      ucred sender{};
      std::memcpy(&sender, CMSG_DATA(part), sizeof(sender));
      received.sender = sender.pid;
    }
  }
  return received;
}

template <typename T>
Napi::Array NumberArray(Napi::Env env, const T& numbers) {
  Napi::Array array = Napi::Array::New(env, numbers.size());
  std::uint32_t index = 0;
  for (const int number : numbers) array.Set(index++, number);
  return array;
}

/// Whether there is something to read, or the end, within so many milliseconds.
bool IsReadable(Napi::Env env, int descriptor, int timeout) {
  const int ready = WaitReadable(descriptor, timeout);
  if (ready == -1) throw SystemError(env, errno, "poll");
  return ready == 1;
}

}  // namespace

Napi::Value AgentStart(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  std::string path = Text(info[0]);
  const Channel channel = OpenChannel(env);
  const Fd theirs(channel.theirs);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  // Node marks its own as close-on-exec; onto itself, the copy is not.
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDERR_FILENO);
  posix_spawn_file_actions_adddup2(&actions, theirs.get(), kChannelOfAgent);
  char* const arguments[] = {path.data(), nullptr};
  pid_t pid = 0;
  const int error = posix_spawn(&pid, path.c_str(), &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    close(channel.ours);
    throw SystemError(env, error, "posix_spawn");
  }
  Napi::Object started = Napi::Object::New(env);
  started.Set("pid", Number(env, pid));
  started.Set("channel", Number(env, channel.ours));
  return started;
}

Napi::Value AgentChannel(const Napi::CallbackInfo& info) {
  const Channel channel = OpenChannel(info.Env());
  return NumberArray(info.Env(), std::array{channel.ours, channel.theirs});
}

Napi::Value AgentSend(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto bytes = info[1].As<Napi::Uint8Array>();
  const auto descriptors = info[2].As<Napi::Array>();
  iovec part = {const_cast<std::uint8_t*>(bytes.Data()), bytes.ByteLength()};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kMaxDescriptors)> control{};
  if (const std::size_t count = descriptors.Length(); count > 0) {
    if (count > kMaxDescriptors) throw SystemError(env, EINVAL, "sendmsg");
    header.msg_control = control.data();
    header.msg_controllen = CMSG_SPACE(sizeof(int) * count);
    cmsghdr* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int) * count);
    for (std::uint32_t i = 0; i < count; ++i) {
      const int descriptor = Int(descriptors.Get(i));
      std::memcpy(CMSG_DATA(rights) + sizeof(int) * i, &descriptor, sizeof(int));
    }
  }
  ssize_t sent = 0;
  do {
    sent = sendmsg(Int(info[0]), &header, MSG_NOSIGNAL);
  } while (sent == -1 && errno == EINTR);
  if (sent == -1) throw SystemError(env, errno, "sendmsg");
  return env.Undefined();
}

Napi::Value AgentReceive(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const int channel = Int(info[0]);
  if (!IsReadable(env, channel, Int(info[1]))) return env.Null();

  std::vector<char> bytes(kMaxMessage);
  alignas(cmsghdr)
      std::array<char, CMSG_SPACE(sizeof(int) * kMaxDescriptors) + CMSG_SPACE(sizeof(ucred))>
          control{};
  iovec part = {bytes.data(), bytes.size()};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  ssize_t size = 0;
  do {
    size = recvmsg(channel, &header, MSG_CMSG_CLOEXEC);
  } while (size == -1 && errno == EINTR);
  // An agent that was killed with a request unread.
  if (size == -1 && errno == ECONNRESET) size = 0;
  if (size == -1) throw SystemError(env, errno, "recvmsg");

  const Received received = ReadControl(header);
  Napi::Object message = Napi::Object::New(env);
  message.Set("bytes", Napi::Buffer<char>::Copy(env, bytes.data(), static_cast<std::size_t>(size)));
  message.Set("descriptors", NumberArray(env, received.descriptors));
  message.Set("pid", Number(env, received.sender));
  return message;
}

Napi::Value PollReadable(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), IsReadable(info.Env(), Int(info[0]), Int(info[1])));
}

Napi::Value ProcessKill(const Napi::CallbackInfo& info) {
  if (syscall(SYS_pidfd_send_signal, Int(info[0]), Int(info[1]), nullptr, 0) == -1) {
    throw SystemError(info.Env(), errno, "pidfd_send_signal");
  }
  return info.Env().Undefined();
}

Napi::Value ProcessWait(const Napi::CallbackInfo& info) {
  int status = 0;
  pid_t pid = 0;
  do {
    pid = waitpid(Int(info[0]), &status, Int(info[1]));
  } while (pid == -1 && errno == EINTR);
  if (pid == -1) throw SystemError(info.Env(), errno, "waitpid");
  Napi::Object ended = Napi::Object::New(info.Env());
  ended.Set("pid", Number(info.Env(), pid));
  ended.Set("status", Number(info.Env(), status));
  return ended;
}
