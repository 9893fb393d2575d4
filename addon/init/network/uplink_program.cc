#include "network/uplink_program.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kernel.h"
#include "network/ip_address.h"
#include "network/requests.h"

namespace {

// Both need a few milliseconds; a machine that is busy with many sandboxes may need a while.
constexpr int kTimeoutMs = 30'000;

using Words = std::vector<std::string>;

std::string NamespacePath(const Clone& clone, const char* file) {
  return "/proc/" + std::to_string(clone.pid) + "/ns/" + file;
}

bool HasOwnUser(const Clone& clone) { return (clone.namespaces & CLONE_NEWUSER) != 0; }

// The network's addresses, as slirp4netns gives them out: .1 for the gateway, .2 for the sandbox.
std::string Nth(const Settings& uplink, uint32_t n) {
  return ToText(FromNumber(ToNumber(ParsePrefix(uplink.Text("cidr")).address) + n));
}

Words PastaCommand(const Settings& uplink, const Clone& clone) {
  Words words = {uplink.Text("program"), "--foreground", "--quiet", "--config-net", "--netns",
                 NamespacePath(clone, "net"),
                 // By itself it would forward every port that anybody listens on, both ways.
                 "--tcp-ports", "none", "--udp-ports", "none", "--tcp-ns", "none", "--udp-ns",
                 "none", "--ns-ifname", uplink.Text("ifname")};
  const auto add = [&](const Words& more) { words.insert(words.end(), more.begin(), more.end()); };
  if (HasOwnUser(clone)) {
    add({"--userns", NamespacePath(clone, "user")});
  } else {
    add({"--netns-only"});
  }
  // As root it would become nobody, who may not enter the namespaces.
  if (geteuid() == 0) add({"--runas", "0:0"});
  // Its gateway's address stands for the host's loopback unless told otherwise.
  if (!uplink.Has("host-loopback")) add({"--no-map-gw"});
  if (uplink.Has("mtu")) add({"--mtu", uplink.Text("mtu")});
  if (uplink.Has("cidr")) {
    const std::string length = std::to_string(ParsePrefix(uplink.Text("cidr")).length);
    add({"--address", Nth(uplink, 2), "--netmask", length, "--gateway", Nth(uplink, 1)});
  }
  return words;
}

Words SlirpCommand(const Settings& uplink, const Clone& clone) {
  Words words = {uplink.Text("program"), "--configure", "--netns-type=path"};
  if (HasOwnUser(clone)) words.push_back("--userns-path=" + NamespacePath(clone, "user"));
  if (!uplink.Has("host-loopback")) words.push_back("--disable-host-loopback");
  if (uplink.Has("mtu")) words.push_back("--mtu=" + uplink.Text("mtu"));
  if (uplink.Has("cidr")) words.push_back("--cidr=" + uplink.Text("cidr"));
  words.push_back(NamespacePath(clone, "net"));
  words.push_back(uplink.Text("ifname"));
  return words;
}

struct ProgramRow {
  const char* type;
  const char* step;
  Words (*command)(const Settings& uplink, const Clone& clone);
};

constexpr ProgramRow kPrograms[] = {
    {"pasta", "connect by pasta", PastaCommand},
    {"slirp4netns", "connect by slirp4netns", SlirpCommand},
};

const ProgramRow* FindProgram(const Settings& uplink) {
  for (const ProgramRow& row : kPrograms) {
    if (uplink.Text("type") == row.type) return &row;
  }
  return nullptr;
}

// The last line of the output is what the supervisor tells.
[[noreturn]] void GiveUp(int output, const char* what) {
  dprintf(output, "%s: %s\n", what, strerror(errno));
  _exit(127);
}

[[noreturn]] void RunProgram(const Words& words, pid_t keeper, int output) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1) GiveUp(output, "die with supervisor");
  // He may have died before that call.
  if (getppid() != keeper) _exit(1);
  sigset_t none;
  sigemptyset(&none);
  if (sigprocmask(SIG_SETMASK, &none, nullptr) == -1) GiveUp(output, "let signals through");
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null == -1 || dup2(null, STDIN_FILENO) == -1) GiveUp(output, "/dev/null");
  if (dup2(output, STDOUT_FILENO) == -1 || dup2(output, STDERR_FILENO) == -1) {
    GiveUp(output, "move descriptor");
  }
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  execv(argv[0], argv.data());
  GiveUp(output, argv[0]);
}

// The program's parent, whose only business is that the program dies when the supervisor does, by
// SIGKILL included. A parent-death signal is not enough for that: the kernel forgets it when the
// program enters another user namespace. prctl(2)
[[noreturn]] void Keep(const Words& words, int lifeline, int output) {
  prctl(PR_SET_NAME, "ns-init");
  // Who kills the supervisor's process group does not mean us: we have something to do then.
  if (setsid() == -1) GiveUp(output, "start session");
  sigset_t children;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  const int signal_fd = signalfd(-1, &children, SFD_CLOEXEC);
  if (signal_fd == -1) GiveUp(output, "take signals");
  const pid_t self = getpid();
  const pid_t program = fork();
  if (program == 0) RunProgram(words, self, output);
  if (program == -1) GiveUp(output, "fork");
  struct pollfd fds[] = {{lifeline, POLLIN, 0}, {signal_fd, POLLIN, 0}};
  while (poll(fds, 2, -1) == -1) {
    // poll(2) fails otherwise only for want of memory, which may pass.
  }
  kill(program, SIGKILL);
  while (waitpid(program, nullptr, 0) == -1 && errno == EINTR) {
  }
  _exit(1);
}

// What inside is to be seen of the way out.
struct Progress {
  bool is_up = false;
  bool has_address = false;
  bool is_tentative = false;
  bool has_default_route = false;

  bool IsReady() const { return is_up && has_address && !is_tentative && has_default_route; }
};

// 0 or errno.
int Look(Netlink& netlink, const std::string& name, Progress* seen) {
  Progress progress;
  const uint32_t index = static_cast<uint32_t>(InterfaceIndex(name));
  if (index == 0) return errno == ENODEV ? 0 : errno;
  int error = netlink.Dump(
      {RTM_GETLINK, "RTM_GETLINK", NLM_F_DUMP, ifinfomsg{}}, [&](uint16_t, Bytes body) {
        const auto link = Read<ifinfomsg>(body);
        if (link && link->ifi_index == static_cast<int>(index) && (link->ifi_flags & IFF_UP) != 0) {
          progress.is_up = true;
        }
      });
  if (error != 0) return error;
  error = netlink.Dump(
      {RTM_GETADDR, "RTM_GETADDR", NLM_F_DUMP, ifaddrmsg{}}, [&](uint16_t, Bytes body) {
        const auto address = Read<ifaddrmsg>(body);
        // The kernel's own link-local address is tentative for a second or two, and no way out.
        if (!address || address->ifa_index != index || address->ifa_scope != RT_SCOPE_UNIVERSE)
          return;
        progress.has_address = true;
        if ((address->ifa_flags & IFA_F_TENTATIVE) != 0) progress.is_tentative = true;
      });
  if (error != 0) return error;
  error =
      netlink.Dump({RTM_GETROUTE, "RTM_GETROUTE", NLM_F_DUMP, rtmsg{}}, [&](uint16_t, Bytes body) {
        const auto route = Read<rtmsg>(body);
        if (!route || route->rtm_dst_len != 0 || route->rtm_table != RT_TABLE_MAIN) return;
        ForEachAttribute(Skip(body, sizeof(rtmsg)), [&](int type, Bytes value) {
          if (type == RTA_OIF && ReadU32(value) == index) progress.has_default_route = true;
        });
      });
  *seen = progress;
  return error;
}

int64_t NowMs() {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

}  // namespace

bool WantsUplinkProgram(const NetworkOptions& options) {
  return options.uplink && FindProgram(*options.uplink) != nullptr;
}

StepFailure StartUplinkProgram(const Settings& uplink, const Clone& clone, HostSide* side) {
  const ProgramRow& row = *FindProgram(uplink);
  const Words words = row.command(uplink, clone);
  // A file in memory: whatever the program writes, nobody has to read along.
  const int output = memfd_create("output", MFD_CLOEXEC);
  int lifeline[2];
  if (output == -1 || pipe2(lifeline, O_CLOEXEC) == -1) return {row.step, "", errno};
  const pid_t pid = fork();
  if (pid == -1) return {row.step, "fork", errno};
  if (pid == 0) {
    close(lifeline[1]);
    Keep(words, lifeline[0], output);
  }
  close(lifeline[0]);
  side->helpers.push_back({pid, row.step, lifeline[1], output});
  return {};
}

void WaitForUplink(const Settings& uplink, int go, int lifeline_fd) {
  const ProgramRow& row = *FindProgram(uplink);
  const std::string name = uplink.Text("ifname");
  constexpr uint32_t kGroups =
      RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_IFADDR | RTMGRP_IPV6_ROUTE;
  Netlink events(NETLINK_ROUTE, kGroups);
  Netlink netlink(NETLINK_ROUTE);
  for (const int error : {events.error(), netlink.error()}) {
    if (error != 0) FailStep(row.step, "netlink socket", error);
  }
  const int64_t deadline = NowMs() + kTimeoutMs;
  for (Progress seen;;) {
    const int error = Look(netlink, name, &seen);
    // EINTR: the tables change faster than they can be read.
    if (error != 0 && error != EINTR) FailStep(row.step, name.c_str(), error);
    if (seen.IsReady()) return;
    const int64_t left = deadline - NowMs();
    if (left <= 0) FailStep(row.step, name.c_str(), ETIMEDOUT);
    struct pollfd fds[] = {{events.fd(), POLLIN, 0}, {go, 0, 0}, {lifeline_fd, POLLIN, 0}};
    poll(fds, 3, static_cast<int>(left));
    // Whoever closed it knows why.
    if (fds[1].revents != 0 || fds[2].revents != 0) _exit(kNoWord);
    events.Drain();
  }
}
