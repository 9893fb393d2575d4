#include "network/publish.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "descriptors.h"
#include "network/forwarder.h"
#include "network/ip_address.h"
#include "proc.h"

namespace {

constexpr char kStep[] = "publish port";

// As an address is written with its port: 127.0.0.1:80/tcp, [::1]:80/tcp.
std::string Endpoint(const Settings& port) {
  const std::string address = port.Text("address");
  const bool is_v6 = address.find(':') != std::string::npos;
  return (is_v6 ? '[' + address + ']' : address) + ':' + port.Text("port") + '/' +
         port.Text("protocol");
}

// A socket of the host's network, where we still are. -1 with errno.
int Listen(const Settings& port) {
  const IpAddress address = ParseIp(port.Text("address"));
  const bool is_tcp = port.Text("protocol") == "tcp";
  const int type = (is_tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | SOCK_NONBLOCK;
  const int fd = socket(address.family, type, 0);
  if (fd == -1) return -1;
  const auto set = [fd](int level, int option) {
    const int on = 1;
    return setsockopt(fd, level, option, &on, sizeof on) == 0;
  };
  // A port that an earlier sandbox has just left. Not for UDP, where two could share it then.
  if (is_tcp && !set(SOL_SOCKET, SO_REUSEADDR)) return -1;
  // [::] and 0.0.0.0 are two addresses, each published by its own word.
  if (address.family == AF_INET6 && !set(IPPROTO_IPV6, IPV6_V6ONLY)) return -1;
  const SocketAddress own = ToSocketAddress(address, static_cast<uint16_t>(port.Number("port")));
  if (bind(fd, own.get(), own.size) == -1 || (is_tcp && listen(fd, SOMAXCONN) == -1)) return -1;
  return fd;
}

// How the forwarder begins, as it tells the supervisor, whose child has the same literals.
struct Beginning {
  const char* subject;
  int error;
};

void Tell(int fd, const Beginning& beginning) {
  const ssize_t written = write(fd, &beginning, sizeof beginning);
  // Nobody is there to be told, nor to publish for.
  if (written != static_cast<ssize_t>(sizeof beginning)) _exit(1);
}

[[noreturn]] void GiveUp(int fd, const char* subject) {
  Tell(fd, {subject, errno});
  _exit(1);
}

// A thing to be inside of: the user namespace first, which gives the right to the other.
[[noreturn]] void RunForwarder(std::vector<Listener> listeners, int user, int net, pid_t supervisor,
                               int told) {
  prctl(PR_SET_NAME, "ns-init");
  if (user != -1 && setns(user, CLONE_NEWUSER) == -1) GiveUp(told, "enter user namespace");
  if (setns(net, CLONE_NEWNET) == -1) GiveUp(told, "enter network namespace");
  // After that: the kernel forgets it when a process enters another user namespace.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1) GiveUp(told, "die with supervisor");
  // He may have died before that call.
  if (getppid() != supervisor) _exit(1);
  // Nothing of the supervisor's is ours to hold open: pipes would never read as closed.
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null == -1) GiveUp(told, "/dev/null");
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (dup2(null, fd) == -1) GiveUp(told, "/dev/null");
  }
  // Above where they will be first, then down to where they are side by side.
  std::vector<int*> kept = {&told};
  for (Listener& listener : listeners) kept.push_back(&listener.fd);
  int highest = STDERR_FILENO;
  const int above = highest + 1 + static_cast<int>(kept.size());
  for (int* const fd : kept) {
    const int moved = fcntl(*fd, F_DUPFD_CLOEXEC, above);
    if (moved == -1) GiveUp(told, "move descriptor");
    *fd = moved;
  }
  for (int* const fd : kept) {
    if (dup2(*fd, ++highest) == -1) GiveUp(told, "move descriptor");
    *fd = highest;
  }
  CloseRange(highest + 1, INT_MAX);
  Tell(told, {"", 0});
  close(told);
  Forward(listeners);
}

}  // namespace

StepFailure StartPublishing(const std::vector<Settings>& ports, const Clone& clone,
                            HostSide* side) {
  std::vector<Listener> listeners;
  for (const Settings& port : ports) {
    const int fd = Listen(port);
    if (fd == -1) return {kStep, Endpoint(port), errno};
    listeners.push_back(
        {fd, port.Text("protocol") == "tcp", static_cast<uint16_t>(port.Number("inside"))});
  }
  const bool has_own_user = (clone.namespaces & CLONE_NEWUSER) != 0;
  const int user = has_own_user ? OpenProc(clone.pid, "ns/user", O_RDONLY) : -1;
  const int net = OpenProc(clone.pid, "ns/net", O_RDONLY);
  if (net == -1 || (has_own_user && user == -1)) return {kStep, "open namespace", errno};
  int told[2];
  if (pipe2(told, O_CLOEXEC) == -1) return {kStep, "pipe", errno};
  const pid_t supervisor = getpid();
  const pid_t pid = fork();
  if (pid == -1) return {kStep, "fork", errno};
  if (pid == 0) RunForwarder(listeners, user, net, supervisor, told[1]);
  close(told[1]);
  for (const Listener& listener : listeners) close(listener.fd);
  close(net);
  if (user != -1) close(user);
  side->helpers.push_back({pid, kStep, -1, -1});
  Beginning beginning = {"it ended", ECHILD};
  while (read(told[0], &beginning, sizeof beginning) == -1) {
    if (errno != EINTR) return {kStep, "hear of the forwarder", errno};
  }
  close(told[0]);
  return {beginning.error == 0 ? "" : kStep, beginning.subject, beginning.error};
}
