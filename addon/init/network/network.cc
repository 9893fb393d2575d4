#include "network/network.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <string>

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

namespace {

constexpr char kLetUsersPing[] = "let users ping";
constexpr char kGroups[] = "/proc/self/gid_map";

// Nothing of the isolation hangs on these files: a kernel may be too old for them, and a
// container's /proc/sys may be read-only.
void WriteSysctl(const char* step, const char* path, const std::string& value) {
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd == -1 && (errno == ENOENT || errno == EROFS || errno == EACCES)) return;
  if (fd == -1) FailStep(step, path, errno);
  if (write(fd, value.data(), value.size()) == -1) FailStep(step, path, errno);
  close(fd);
}

// The first run of groups that are mapped here, as "FIRST LAST". The kernel asks that both ends be
// mapped, EINVAL otherwise, and takes no more than 31 bits. icmp(7), user_namespaces(7)
std::string PingGroups() {
  constexpr unsigned kMaxGroup = 0x7fffffff;
  unsigned first = 0;
  unsigned outside = 0;
  unsigned count = 0;
  FILE* file = fopen(kGroups, "re");
  // A masked /proc has none.
  if (file == nullptr && errno == ENOENT) return "";
  if (file == nullptr) FailStep(kLetUsersPing, kGroups, errno);
  const int found = fscanf(file, "%u %u %u", &first, &outside, &count);
  if (ferror(file)) FailStep(kLetUsersPing, kGroups, errno);
  fclose(file);
  if (found != 3 || first > kMaxGroup) return "";
  const unsigned last = first + std::min(count - 1, kMaxGroup - first);
  return std::to_string(first) + ' ' + std::to_string(last);
}

}  // namespace

void OpenToUsers() {
  // The network is the sandbox's own, so there is nobody to protect low ports from, and a server
  // that drops root before it binds, or a test that runs as an ordinary user, finds port 80 free.
  // ip(7)
  WriteSysctl("open low ports", "/proc/sys/net/ipv4/ip_unprivileged_port_start", "0");
  const std::string groups = PingGroups();
  if (groups.empty()) return;
  // In a new network namespace nobody may, ping(8) without a capability cannot work.
  WriteSysctl(kLetUsersPing, "/proc/sys/net/ipv4/ping_group_range", groups);
}
