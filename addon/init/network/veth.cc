#include "network/veth.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ip.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "network/ip_address.h"
#include "network/nat.h"
#include "network/requests.h"
#include "proc.h"

namespace {

constexpr char kStep[] = "connect by veth";

// Where a network is looked for: private ones of rfc1918 that few use.
constexpr const char* kPools[] = {"10.83.0.0/16", "172.30.0.0/16", "192.168.128.0/17"};

// Four addresses: the network's own, the gateway's, the sandbox's, the broadcast's.
constexpr uint32_t kBlock = 4;
constexpr uint8_t kBlockLength = 30;

// All host ends have this one. A bridge takes the lowest address of its ports: were ours random, it
// would change as sandboxes come and go, and those that know it would talk to nobody. So ours is
// above any other, and always the same. ("nsj" in it is for the reader.)
constexpr std::array<uint8_t, 6> kHostMac = {0xfe, 'n', 's', 'j', 0, 0};

struct Range {
  uint32_t first;
  uint32_t last;
};

Range RangeOf(const IpPrefix& prefix) {
  const uint32_t host_bits = prefix.length == 0 ? ~0U : (1U << (32 - prefix.length)) - 1;
  const uint32_t first = ToNumber(prefix.address) & ~host_bits;
  return {first, first + host_bits};
}

// What is known of the host's IPv4 routing.
struct HostRoutes {
  std::vector<Range> taken;
  uint32_t uplink = 0;  // the interface of the default route
};

int ReadHostRoutes(Netlink& netlink, HostRoutes* routes) {
  rtmsg wanted = {};
  wanted.rtm_family = AF_INET;
  return netlink.Dump({RTM_GETROUTE, "RTM_GETROUTE", NLM_F_DUMP, wanted},
                      [&](uint16_t, Bytes body) {
                        const auto route = Read<rtmsg>(body);
                        if (!route || route->rtm_family != AF_INET) return;
                        IpPrefix prefix;
                        prefix.length = route->rtm_dst_len;
                        uint32_t interface_index = 0;
                        ForEachAttribute(Skip(body, sizeof(rtmsg)), [&](int type, Bytes value) {
                          if (type == RTA_DST && value.size() == 4) {
                            memcpy(prefix.address.bytes.data(), value.data(), value.size());
                          }
                          if (type == RTA_OIF) interface_index = ReadU32(value);
                        });
                        if (prefix.length > 0) {
                          routes->taken.push_back(RangeOf(prefix));
                        } else if (route->rtm_table == RT_TABLE_MAIN && routes->uplink == 0) {
                          routes->uplink = interface_index;
                        }
                      });
}

bool IsTaken(const HostRoutes& routes, uint32_t first, uint32_t last) {
  for (const Range& range : routes.taken) {
    if (first <= range.last && range.first <= last) return true;
  }
  return false;
}

// What a pair's ends are called and addressed by.
struct Plan {
  std::string link;  // the host end
  int index = 0;     // its number, once it is made
  IpPrefix host;     // without family where a bridge has it
  IpPrefix inside;
  IpAddress gateway;
};

IpPrefix PrefixOf(uint32_t address, uint8_t length) { return {FromNumber(address), length}; }

// The host end's name has the address in it, and a name can be had once: so sandboxes that start
// together cannot choose the same, and what is chosen is free again when the interface is gone.
std::string LinkName(uint32_t address) {
  char name[IFNAMSIZ];
  snprintf(name, sizeof name, "nsj%08x", address);
  return name;
}

Request VethRequest(const Settings& uplink, const Plan& plan, unsigned mtu, int child_net) {
  Request request(RTM_NEWLINK, "RTM_NEWLINK", NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, ifinfomsg{});
  request.Attribute(IFLA_IFNAME, plan.link);
  request.Attribute(IFLA_ADDRESS, kHostMac.data(), kHostMac.size());
  request.Attribute(IFLA_MTU, mtu);
  request.Nest(IFLA_LINKINFO, [&] {
    request.Attribute(IFLA_INFO_KIND, std::string("veth"));
    request.Nest(IFLA_INFO_DATA, [&] {
      request.Nest(VETH_INFO_PEER, [&] {
        request.Structure(ifinfomsg{});
        request.Attribute(IFLA_IFNAME, uplink.Text("ifname"));
        request.Attribute(IFLA_MTU, mtu);
        request.Attribute(IFLA_NET_NS_FD, static_cast<uint32_t>(child_net));
      });
    });
  });
  return request;
}

// Up, and packets that come in by it are passed on. That is this interface's own setting, which
// goes with it: nothing that was there before is changed.
Request ForwardingRequest(int interface_index) {
  Request request = UpRequest(interface_index);
  request.Nest(IFLA_AF_SPEC, [&] {
    request.Nest(AF_INET, [&] {
      request.Nest(IFLA_INET_CONF, [&] { request.Attribute(IPV4_DEVCONF_FORWARDING, 1U); });
    });
  });
  return request;
}

Request MasterRequest(int interface_index, int bridge) {
  Request request = UpRequest(interface_index);
  request.Attribute(IFLA_MASTER, static_cast<uint32_t>(bridge));
  return request;
}

// 0 with errno when it cannot be told.
unsigned MtuOf(uint32_t interface_index) {
  struct ifreq request = {};
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd == -1) return 0;
  const bool found = if_indextoname(interface_index, request.ifr_name) != nullptr &&
                     ioctl(fd, SIOCGIFMTU, &request) == 0;
  const int error = errno;
  close(fd);
  errno = error;
  return found ? static_cast<unsigned>(request.ifr_mtu) : 0;
}

// What leaves by the host's uplink must fit there: ICMP would say so, where it is not filtered.
// 0 with errno when it cannot be told.
unsigned ChooseMtu(const Settings& uplink, const HostRoutes& routes) {
  constexpr unsigned kEthernet = 1500;
  if (uplink.Has("mtu")) return uplink.Number("mtu");
  return routes.uplink == 0 ? kEthernet : std::min(kEthernet, MtuOf(routes.uplink));
}

// Answers come back to the sandbox only if the host passes on what comes in by its uplink. That is
// the host's setting, and not ours to change.
StepFailure RequireForwarding(const HostRoutes& routes) {
  char name[IF_NAMESIZE] = "all";
  if (routes.uplink != 0 && if_indextoname(routes.uplink, name) == nullptr) {
    return {"set up NAT", "name of the uplink", errno};
  }
  const std::string path = std::string("/proc/sys/net/ipv4/conf/") + name + "/forwarding";
  char value = '0';
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd == -1) return {"set up NAT", path, errno};
  const ssize_t got = read(fd, &value, 1);
  const int error = errno;
  close(fd);
  if (got == -1) return {"set up NAT", path, error};
  if (got == 1 && value == '0') return {"set up NAT", path, ENETUNREACH};
  return {};
}

// Makes the pair with the first plan that nobody else has made; `next` gives one plan after
// another.
template <typename Next>
StepFailure MakePair(Netlink& netlink, const Settings& uplink, unsigned mtu, int child_net,
                     Next next, Plan* plan) {
  while (next(plan)) {
    const int error = netlink.Change(VethRequest(uplink, *plan, mtu, child_net));
    if (error == 0) {
      plan->index = InterfaceIndex(plan->link);
      if (plan->index == 0) return {kStep, plan->link, errno};
      return {};
    }
    if (error != EEXIST) return {kStep, plan->link, error};
  }
  return {"choose addresses", uplink.Text(uplink.Has("cidr") ? "cidr" : "bridge"), EADDRNOTAVAIL};
}

// Point to point: blocks of the pools that the host has no route to.
class BlockSearch {
 public:
  BlockSearch(const Settings& uplink, const HostRoutes& routes) : routes_(routes) {
    if (uplink.Has("cidr")) {
      pools_.push_back(RangeOf(ParsePrefix(uplink.Text("cidr"))));
    } else {
      for (const char* pool : kPools) pools_.push_back(RangeOf(ParsePrefix(pool)));
    }
  }

  bool operator()(Plan* plan) {
    for (; pool_ < pools_.size(); ++pool_, at_ = 0) {
      const uint32_t blocks = (pools_[pool_].last - pools_[pool_].first + 1) / kBlock;
      while (at_ < blocks) {
        // Not all from the start: sandboxes that start together would try the same ones.
        const uint32_t block = (at_++ + static_cast<uint32_t>(getpid())) % blocks;
        const uint32_t first = pools_[pool_].first + block * kBlock;
        if (IsTaken(routes_, first, first + kBlock - 1)) continue;
        plan->link = LinkName(first);
        plan->host = PrefixOf(first + 1, kBlockLength);
        plan->inside = PrefixOf(first + 2, kBlockLength);
        plan->gateway = plan->host.address;
        return true;
      }
    }
    return false;
  }

 private:
  const HostRoutes& routes_;
  std::vector<Range> pools_;
  size_t pool_ = 0;
  uint32_t at_ = 0;
};

// On a bridge: addresses of its network, from the end, where fewest are given by hand.
class BridgeSearch {
 public:
  BridgeSearch(const Settings& uplink, const IpPrefix& bridge)
      : bridge_(bridge), range_(RangeOf(bridge)) {
    network_ = range_;
    if (uplink.Has("cidr")) range_ = RangeOf(ParsePrefix(uplink.Text("cidr")));
    at_ = range_.last;
  }

  bool operator()(Plan* plan) {
    for (; at_ >= range_.first && at_ > 0; --at_) {
      const bool is_ours = at_ > network_.first && at_ < network_.last;
      if (!is_ours || at_ == ToNumber(bridge_.address)) continue;
      plan->link = LinkName(at_);
      plan->inside = PrefixOf(at_--, bridge_.length);
      plan->gateway = bridge_.address;
      return true;
    }
    return false;
  }

 private:
  IpPrefix bridge_;
  Range range_;
  Range network_ = {};
  uint32_t at_ = 0;
};

// The bridge's own IPv4 address, which is the gateway of what is on it.
int ReadAddress(Netlink& netlink, int interface_index, IpPrefix* found) {
  return netlink.Dump(
      {RTM_GETADDR, "RTM_GETADDR", NLM_F_DUMP, ifaddrmsg{}}, [&](uint16_t, Bytes body) {
        const auto address = Read<ifaddrmsg>(body);
        if (!address || address->ifa_family != AF_INET || found->address.family != 0 ||
            address->ifa_index != static_cast<uint32_t>(interface_index)) {
          return;
        }
        ForEachAttribute(Skip(body, sizeof(ifaddrmsg)), [&](int type, Bytes value) {
          if (type != IFA_LOCAL || value.size() != 4) return;
          found->address.family = AF_INET;
          found->length = address->ifa_prefixlen;
          memcpy(found->address.bytes.data(), value.data(), value.size());
        });
      });
}

// A socket belongs to the namespace that it was made in: for the length of this we are inside.
int SetUpInside(const Settings& uplink, const Plan& plan, int child_net) {
  const int own_net = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  if (own_net == -1 || setns(child_net, CLONE_NEWNET) == -1) return errno;
  int error = 0;
  {
    Netlink netlink(NETLINK_ROUTE);
    const int index = InterfaceIndex(uplink.Text("ifname"));
    const IpPrefix everywhere = {FromNumber(0), 0};
    error = index == 0 ? errno : netlink.Change(AddressRequest(index, plan.inside));
    if (error == 0) error = netlink.Change(UpRequest(index));
    if (error == 0) {
      error = netlink.Change(RouteRequest(everywhere, plan.gateway, index, RTN_UNICAST));
    }
  }
  if (setns(own_net, CLONE_NEWNET) == -1) return errno;
  close(own_net);
  return error;
}

StepFailure MakeOnBridge(Netlink& netlink, const Settings& uplink, unsigned mtu, int child_net,
                         Plan* plan) {
  const std::string name = uplink.Text("bridge");
  const int bridge = InterfaceIndex(name);
  if (bridge == 0) return {"find bridge", name, errno};
  IpPrefix address;
  int error = ReadAddress(netlink, bridge, &address);
  if (error == 0 && address.address.family == 0) error = EADDRNOTAVAIL;
  if (error != 0) return {"find bridge", name, error};
  const StepFailure failure =
      MakePair(netlink, uplink, mtu, child_net, BridgeSearch(uplink, address), plan);
  if (failure.error != 0) return failure;
  error = netlink.Change(MasterRequest(plan->index, bridge));
  if (error != 0) return {"find bridge", name, error};
  return {};
}

StepFailure MakePointToPoint(Netlink& netlink, const Settings& uplink, const HostRoutes& routes,
                             unsigned mtu, int child_net, Plan* plan) {
  const StepFailure failure =
      MakePair(netlink, uplink, mtu, child_net, BlockSearch(uplink, routes), plan);
  if (failure.error != 0) return failure;
  int error = netlink.Change(AddressRequest(plan->index, plan->host));
  if (error == 0) error = netlink.Change(ForwardingRequest(plan->index));
  if (error != 0) return {kStep, plan->link, error};
  return {};
}

}  // namespace

StepFailure ConnectVeth(const Settings& uplink, const Clone& clone, HostSide* side) {
  Netlink netlink(NETLINK_ROUTE);
  HostRoutes routes;
  int error = ReadHostRoutes(netlink, &routes);
  if (error != 0) return {kStep, "read routes", error};
  StepFailure failure;
  if (uplink.Has("nat")) failure = RequireForwarding(routes);
  if (failure.error != 0) return failure;

  const int child_net = OpenProc(clone.pid, "ns/net", O_RDONLY);
  if (child_net == -1) return {kStep, "open namespace", errno};
  const unsigned mtu = ChooseMtu(uplink, routes);
  if (mtu == 0) return {kStep, "MTU of the uplink", errno};
  Plan plan;
  failure = uplink.Has("bridge") ? MakeOnBridge(netlink, uplink, mtu, child_net, &plan)
                                 : MakePointToPoint(netlink, uplink, routes, mtu, child_net, &plan);
  // From here on there is something to be taken down, unless no pair was made.
  side->link = plan.index;
  if (failure.error != 0) return failure;
  error = SetUpInside(uplink, plan, child_net);
  close(child_net);
  if (error != 0) return {kStep, uplink.Text("ifname"), error};
  if (!uplink.Has("nat")) return {};
  side->nat = std::make_unique<Netlink>(NETLINK_NETFILTER);
  error = TranslateAddress(*side->nat, "ns-jest-" + plan.link, plan.inside.address);
  if (error != 0) return {"set up NAT", "nf_tables", error};
  return {};
}
