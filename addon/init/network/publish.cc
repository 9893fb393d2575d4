#include "network/publish.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel.h"
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
  const int on = 1;
  // A port that an earlier sandbox has just left. Not for UDP, where two could share it then.
  if (is_tcp) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  // [::] and 0.0.0.0 are two addresses, each published by its own word.
  if (address.family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  const SocketAddress own = ToSocketAddress(address, static_cast<uint16_t>(port.Number("port")));
  if (bind(fd, own.get(), own.size) == -1 || (is_tcp && listen(fd, SOMAXCONN) == -1)) return -1;
  return fd;
}

// A thing to be inside of: the user namespace first, which gives the right to the other.
[[noreturn]] void RunForwarder(std::vector<Listener> listeners, int user, int net,
                               pid_t supervisor) {
  prctl(PR_SET_NAME, "ns-init");
  if ((user != -1 && setns(user, CLONE_NEWUSER) == -1) || setns(net, CLONE_NEWNET) == -1) _exit(1);
  // After that: the kernel forgets it when a process enters another user namespace.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // He may have died before that call.
  if (getppid() != supervisor) _exit(1);
  // Nothing of the supervisor's is ours to hold open: pipes would never read as closed.
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null == -1) _exit(1);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(null, fd);
  int highest = STDERR_FILENO;
  // Above where they will be first, then down to where they are side by side.
  const int above = highest + 1 + static_cast<int>(listeners.size());
  for (Listener& listener : listeners) {
    listener.fd = fcntl(listener.fd, F_DUPFD_CLOEXEC, above);
    if (listener.fd == -1) _exit(1);
  }
  for (Listener& listener : listeners) listener.fd = dup2(listener.fd, ++highest);
  syscall(SYS_close_range, static_cast<unsigned>(highest + 1), ~0U, 0U);
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
  const pid_t supervisor = getpid();
  const pid_t pid = fork();
  if (pid == -1) return {kStep, "fork", errno};
  if (pid == 0) RunForwarder(listeners, user, net, supervisor);
  for (const Listener& listener : listeners) close(listener.fd);
  close(net);
  if (user != -1) close(user);
  side->helpers.push_back({pid, "publish port", -1, -1});
  return {};
}
