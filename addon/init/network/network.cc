#include "network/network.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "status.h"

void SetNames(const NetworkOptions& options) {
  if (options.hostname != nullptr &&
      sethostname(options.hostname, strlen(options.hostname)) == -1) {
    FailStep("set hostname", options.hostname, errno);
  }
  if (options.domainname != nullptr &&
      setdomainname(options.domainname, strlen(options.domainname)) == -1) {
    FailStep("set domain name", options.domainname, errno);
  }
}

// Raising lo is enough: the kernel gives it 127.0.0.1/8 and ::1/128 by itself. netdevice(7)
void BringUpLoopback() {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd == -1) FailStep("bring lo up", "socket", errno);
  struct ifreq request = {};
  memcpy(request.ifr_name, "lo", 3);
  if (ioctl(fd, SIOCGIFFLAGS, &request) == -1) FailStep("bring lo up", "SIOCGIFFLAGS", errno);
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
  if (ioctl(fd, SIOCSIFFLAGS, &request) == -1) FailStep("bring lo up", "SIOCSIFFLAGS", errno);
  close(fd);
}

// The network is the sandbox's own, so there is nobody to protect low ports from, and a server that
// drops root before it binds, or a test that runs as an ordinary user, finds port 80 free. ip(7)
void OpenLowPorts() {
  constexpr char kPath[] = "/proc/sys/net/ipv4/ip_unprivileged_port_start";
  const int fd = open(kPath, O_WRONLY | O_CLOEXEC);
  // Kernels before 4.11 do not have it, and a container's /proc/sys may be read-only. Nothing of
  // the isolation hangs on it, and root inside can bind low ports without.
  if (fd == -1 && (errno == ENOENT || errno == EROFS || errno == EACCES)) return;
  if (fd == -1) FailStep("open low ports", kPath, errno);
  if (write(fd, "0", 1) != 1) FailStep("open low ports", kPath, errno);
  close(fd);
}
