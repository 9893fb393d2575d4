#include <fcntl.h>
#include <mqueue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <string>
#include <vector>

#include "errors.h"
#include "exports.h"
#include "fd.h"
#include "values.h"
#include "wait_readable.h"

// The system calls themselves and not libc's mq_*(3): glibc 2.34 moved those from librt into libc
// under a new symbol version, which would become the oldest glibc that the addon loads on.
// The kernel's names have no leading slash; the rule that there must be one is libc's.
// mq_overview(7)

namespace {

constexpr long kMillisecondsPerSecond = 1000;
constexpr long kNanosecondsPerMillisecond = 1'000'000;
constexpr long kNanosecondsPerSecond = 1'000'000'000;
// NOTIFY_COOKIE_LEN in ipc/mqueue.c.
constexpr std::size_t kCookieBytes = 32;

const char* KernelName(const std::string& name) {
  return name.starts_with('/') ? name.c_str() + 1 : name.c_str();
}

int Open(const std::string& name, int flags, mode_t mode, const mq_attr* attributes) {
  return static_cast<int>(
      syscall(SYS_mq_open, KernelName(name), flags | O_CLOEXEC, mode, attributes));
}

int OpenExisting(Napi::Env env, const std::string& name, int flags) {
  const int fd = Open(name, flags, 0, nullptr);
  if (fd == -1) throw SystemError(env, errno, "mq_open");
  return fd;
}

/// mq_timedsend(3): an absolute time of CLOCK_REALTIME, so that retrying after EINTR waits no
/// longer.
timespec DeadlineIn(std::int64_t milliseconds) {
  timespec deadline{};
  clock_gettime(CLOCK_REALTIME, &deadline);
  deadline.tv_sec += milliseconds / kMillisecondsPerSecond;
  deadline.tv_nsec += (milliseconds % kMillisecondsPerSecond) * kNanosecondsPerMillisecond;
  if (deadline.tv_nsec >= kNanosecondsPerSecond) {
    deadline.tv_sec += 1;
    deadline.tv_nsec -= kNanosecondsPerSecond;
  }
  return deadline;
}

/// Not to wait at all is O_NONBLOCK, which answers EAGAIN; to wait in vain answers ETIMEDOUT.
int BlockingFlag(std::int64_t wait) { return wait > 0 ? 0 : O_NONBLOCK; }

mq_attr AttributesOf(Napi::Env env, const Fd& queue) {
  mq_attr attributes{};
  if (syscall(SYS_mq_getsetattr, queue.get(), nullptr, &attributes) == -1) {
    throw SystemError(env, errno, "mq_getattr");
  }
  return attributes;
}

}  // namespace

// mq_open(3): name, flags, mode, most messages, message size; the last two null for the defaults.
Napi::Value PosixQueueOpen(const Napi::CallbackInfo& info) {
  mq_attr attributes{};
  const bool has_attributes = !IsAbsent(info[3]);
  if (has_attributes) {
    attributes.mq_maxmsg = Long(info[3]);
    attributes.mq_msgsize = Long(info[4]);
  }
  const Fd queue(Open(Text(info[0]), Int(info[1]), static_cast<mode_t>(Int(info[2])),
                      has_attributes ? &attributes : nullptr));
  if (!queue.ok()) throw SystemError(info.Env(), errno, "mq_open");
  return info.Env().Undefined();
}

// mq_unlink(3): name.
Napi::Value PosixQueueUnlink(const Napi::CallbackInfo& info) {
  const std::string name = Text(info[0]);
  if (syscall(SYS_mq_unlink, KernelName(name)) == -1) {
    throw SystemError(info.Env(), errno, "mq_unlink");
  }
  return info.Env().Undefined();
}

// mq_timedsend(3): name, data, priority, milliseconds to wait for room.
Napi::Value PosixQueueSend(const Napi::CallbackInfo& info) {
  const auto data = info[1].As<Napi::Uint8Array>();
  const auto priority = info[2].As<Napi::Number>().Uint32Value();
  const std::int64_t wait = Long(info[3]);
  const Fd queue(OpenExisting(info.Env(), Text(info[0]), O_WRONLY | BlockingFlag(wait)));
  const timespec deadline = DeadlineIn(wait);
  long sent = 0;
  do {
    sent =
        syscall(SYS_mq_timedsend, queue.get(), data.Data(), data.ByteLength(), priority, &deadline);
  } while (sent == -1 && errno == EINTR);
  if (sent == -1) throw SystemError(info.Env(), errno, "mq_send");
  return info.Env().Undefined();
}

// mq_timedreceive(3): name, milliseconds to wait for a message.
Napi::Value PosixQueueReceive(const Napi::CallbackInfo& info) {
  const std::int64_t wait = Long(info[1]);
  const Fd queue(OpenExisting(info.Env(), Text(info[0]), O_RDONLY | BlockingFlag(wait)));
  // mq_receive(3): a buffer smaller than the queue's message size is refused with EMSGSIZE.
  std::vector<char> data(static_cast<std::size_t>(AttributesOf(info.Env(), queue).mq_msgsize));
  const timespec deadline = DeadlineIn(wait);
  unsigned int priority = 0;
  long length = 0;
  do {
    length =
        syscall(SYS_mq_timedreceive, queue.get(), data.data(), data.size(), &priority, &deadline);
  } while (length == -1 && errno == EINTR);
  if (length == -1) throw SystemError(info.Env(), errno, "mq_receive");
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("priority", Number(info.Env(), priority));
  result.Set("data",
             Napi::Buffer<char>::Copy(info.Env(), data.data(), static_cast<std::size_t>(length)));
  return result;
}

// mq_getattr(3): name.
Napi::Value PosixQueueAttributes(const Napi::CallbackInfo& info) {
  const Fd queue(OpenExisting(info.Env(), Text(info[0]), O_RDONLY));
  const mq_attr attributes = AttributesOf(info.Env(), queue);
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("maxMessages", Number(info.Env(), static_cast<double>(attributes.mq_maxmsg)));
  result.Set("messageSize", Number(info.Env(), static_cast<double>(attributes.mq_msgsize)));
  result.Set("messages", Number(info.Env(), static_cast<double>(attributes.mq_curmsgs)));
  return result;
}

// The device number of this IPC namespace's mqueue file system, by which a mount of it is told from
// another namespace's. Only a queue has it, so one is made and unlinked at once: the name is given.
Napi::Value PosixQueueDevice(const Napi::CallbackInfo& info) {
  const std::string name = Text(info[0]);
  mq_attr smallest{};
  smallest.mq_maxmsg = 1;
  smallest.mq_msgsize = 1;
  const Fd queue(Open(name, O_RDONLY | O_CREAT | O_EXCL, S_IRUSR, &smallest));
  if (!queue.ok()) throw SystemError(info.Env(), errno, "mq_open");
  // It exists, made above, so this cannot fail but for another's unlinking it first.
  syscall(SYS_mq_unlink, KernelName(name));
  struct stat status{};
  if (syscall(SYS_fstat, queue.get(), &status) == -1) throw SystemError(info.Env(), errno, "fstat");
  return Number(info.Env(), static_cast<double>(status.st_dev));
}

// mq_notify(3), SIGEV_THREAD as the kernel has it: name. Gives a descriptor of the queue and a
// socket, to which the kernel sends one datagram when a message comes into the empty queue.
Napi::Value PosixQueueNotify(const Napi::CallbackInfo& info) {
  // Both are the caller's to close, unless this fails.
  const int queue = OpenExisting(info.Env(), Text(info[0]), O_RDONLY);
  const int socket_fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);
  std::array<char, kCookieBytes> cookie{};
  sigevent event{};
  event.sigev_notify = SIGEV_THREAD;
  event.sigev_signo = socket_fd;
  event.sigev_value.sival_ptr = cookie.data();
  if (socket_fd == -1 || syscall(SYS_mq_notify, queue, &event) == -1) {
    const int error = errno;
    close(queue);
    if (socket_fd != -1) close(socket_fd);
    throw SystemError(info.Env(), error, socket_fd == -1 ? "socket" : "mq_notify");
  }
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("queue", Number(info.Env(), queue));
  result.Set("socket", Number(info.Env(), socket_fd));
  return result;
}

// Waits for that datagram: socket, milliseconds. False if the time is over, or the registration has
// ended in another way.
Napi::Value PosixQueueNotified(const Napi::CallbackInfo& info) {
  const int socket_fd = Int(info[0]);
  const int ready = WaitReadable(socket_fd, Int(info[1]));
  if (ready == -1) throw SystemError(info.Env(), errno, "poll");
  // The last byte says why: NOTIFY_WOKENUP or NOTIFY_REMOVED. ipc/mqueue.c
  constexpr char kWokenUp = 1;
  std::array<char, kCookieBytes> cookie{};
  const bool came = ready == 1 && recv(socket_fd, cookie.data(), cookie.size(), MSG_DONTWAIT) > 0;
  return Napi::Boolean::New(info.Env(), came && cookie.back() == kWokenUp);
}
