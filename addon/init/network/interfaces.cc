#include "network/interfaces.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/neighbour.h>
#include <linux/veth.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "network/ip_address.h"
#include "network/netlink.h"
#include "network/requests.h"
#include "status.h"

namespace {

// The interface's number; fails the step when there is none.
int RequireInterface(const char* step, const std::string& name) {
  const int index = InterfaceIndex(name);
  if (index == 0) FailStep(step, name.c_str(), errno);
  return index;
}

// What ip-link(8) calls TYPE ARGS, per kind; nothing for a kind without.
void KindData(Request& request, const Settings& link) {
  const std::string kind = link.Text("kind");
  if (kind == "veth") {
    request.Nest(VETH_INFO_PEER, [&] {
      request.Structure(ifinfomsg{});
      request.Attribute(IFLA_IFNAME, link.Text("peer"));
      if (link.Has("mtu")) request.Attribute(IFLA_MTU, link.Number("mtu"));
    });
  }
  if (kind == "vlan") {
    const uint16_t id = static_cast<uint16_t>(link.Number("id"));
    request.Attribute(IFLA_VLAN_ID, &id, sizeof id);
  }
  if (kind == "macvlan") {
    constexpr struct {
      const char* name;
      uint32_t mode;
    } kModes[] = {{"bridge", MACVLAN_MODE_BRIDGE},
                  {"private", MACVLAN_MODE_PRIVATE},
                  {"vepa", MACVLAN_MODE_VEPA},
                  {"passthru", MACVLAN_MODE_PASSTHRU}};
    const std::string asked = link.Has("mode") ? link.Text("mode") : "bridge";
    for (const auto& [name, mode] : kModes) {
      if (asked == name) request.Attribute(IFLA_MACVLAN_MODE, mode);
    }
  }
  if (kind == "vxlan") {
    request.Attribute(IFLA_VXLAN_ID, link.Number("id"));
    // The port of rfc7348, not the kernel's own default, which is older.
    const uint16_t port =
        htons(static_cast<uint16_t>(link.Has("port") ? link.Number("port") : 4789));
    request.Attribute(IFLA_VXLAN_PORT, &port, sizeof port);
    if (link.Has("parent")) {
      const int parent = RequireInterface("make link", link.Text("parent"));
      request.Attribute(IFLA_VXLAN_LINK, static_cast<uint32_t>(parent));
    }
    const struct {
      const char* key;
      uint16_t v4, v6;
    } ends[] = {{"local", IFLA_VXLAN_LOCAL, IFLA_VXLAN_LOCAL6},
                {"remote", IFLA_VXLAN_GROUP, IFLA_VXLAN_GROUP6}};
    for (const auto& [key, v4, v6] : ends) {
      if (!link.Has(key)) continue;
      const IpAddress address = ParseIp(link.Text(key));
      request.Attribute(address.family == AF_INET ? v4 : v6, address.bytes.data(), address.size());
    }
  }
}

int NewLink(Netlink& netlink, const Settings& link) {
  Request request(RTM_NEWLINK, "RTM_NEWLINK", NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, ifinfomsg{});
  request.Attribute(IFLA_IFNAME, link.Text("name"));
  const std::string kind = link.Text("kind");
  if (link.Has("parent") && kind != "vxlan") {
    const int parent = RequireInterface("make link", link.Text("parent"));
    request.Attribute(IFLA_LINK, static_cast<uint32_t>(parent));
  }
  request.Nest(IFLA_LINKINFO, [&] {
    request.Attribute(IFLA_INFO_KIND, kind);
    request.Nest(IFLA_INFO_DATA, [&] { KindData(request, link); });
  });
  return netlink.Change(request);
}

// tun and tap are made by their device file, and stay when told to. Documentation/networking/tuntap
int NewTunnel(const Settings& link) {
  const int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
  if (fd == -1) return errno;
  struct ifreq request = {};
  strncpy(request.ifr_name, link.Text("name").c_str(), IFNAMSIZ - 1);
  request.ifr_flags = link.Text("kind") == "tap" ? IFF_TAP : IFF_TUN;
  request.ifr_flags |= IFF_NO_PI;
  int error = 0;
  if (ioctl(fd, TUNSETIFF, &request) == -1 || ioctl(fd, TUNSETPERSIST, 1) == -1) error = errno;
  close(fd);
  return error;
}

// Everything that an existing link can be told, in one request.
int SetLink(Netlink& netlink, const Settings& link) {
  ifinfomsg header = {};
  header.ifi_index = RequireInterface("make link", link.Text("name"));
  if (link.Has("up")) header.ifi_change = header.ifi_flags = IFF_UP;
  Request request(RTM_NEWLINK, "RTM_NEWLINK", NLM_F_ACK, header);
  if (link.Has("mtu")) request.Attribute(IFLA_MTU, link.Number("mtu"));
  if (link.Has("hardware-address")) {
    const auto bytes = ParseHardwareAddress(link.Text("hardware-address"));
    request.Attribute(IFLA_ADDRESS, bytes.data(), bytes.size());
  }
  if (link.Has("master")) {
    const int master = RequireInterface("make link", link.Text("master"));
    request.Attribute(IFLA_MASTER, static_cast<uint32_t>(master));
  }
  return netlink.Change(request);
}

void MakeLink(Netlink& netlink, const Settings& link) {
  const std::string kind = link.Text("kind");
  const std::string subject = link.Text("name") + " (" + kind + ")";
  const bool is_tunnel = kind == "tap" || kind == "tun";
  int error = is_tunnel ? NewTunnel(link) : NewLink(netlink, link);
  if (error == 0) error = SetLink(netlink, link);
  if (error == 0 && link.Has("peer") && link.Has("up")) {
    error = netlink.Change(UpRequest(RequireInterface("make link", link.Text("peer"))));
  }
  if (error != 0) FailStep("make link", subject.c_str(), error);
}

void GiveAddress(Netlink& netlink, const Settings& wanted) {
  const std::string subject = wanted.Text("address") + " to " + wanted.Text("interface");
  const int index = RequireInterface("give address", wanted.Text("interface"));
  const int error = netlink.Change(AddressRequest(index, ParsePrefix(wanted.Text("address"))));
  if (error != 0) FailStep("give address", subject.c_str(), error);
}

uint8_t RouteType(const std::string& name) {
  constexpr struct {
    const char* name;
    uint8_t type;
  } kTypes[] = {
      {"blackhole", RTN_BLACKHOLE}, {"unreachable", RTN_UNREACHABLE}, {"prohibit", RTN_PROHIBIT}};
  for (const auto& row : kTypes) {
    if (name == row.name) return row.type;
  }
  return RTN_UNICAST;
}

void AddRoute(Netlink& netlink, const Settings& route) {
  const std::string destination = route.Text("destination");
  const int index =
      route.Has("interface") ? RequireInterface("add route", route.Text("interface")) : 0;
  const IpAddress gateway = route.Has("gateway") ? ParseIp(route.Text("gateway")) : IpAddress{};
  Request request =
      RouteRequest(ParsePrefix(destination), gateway, index, RouteType(route.Text("type")));
  if (route.Has("metric")) request.Attribute(RTA_PRIORITY, route.Number("metric"));
  const int error = netlink.Change(request);
  if (error != 0) FailStep("add route", destination.c_str(), error);
}

void AddNeighbour(Netlink& netlink, const Settings& neighbour) {
  const IpAddress address = ParseIp(neighbour.Text("address"));
  const auto hardware = ParseHardwareAddress(neighbour.Text("hardware-address"));
  ndmsg header = {};
  header.ndm_family = static_cast<uint8_t>(address.family);
  header.ndm_ifindex = RequireInterface("add neighbour", neighbour.Text("interface"));
  header.ndm_state = NUD_PERMANENT;
  Request request(RTM_NEWNEIGH, "RTM_NEWNEIGH", NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, header);
  request.Attribute(NDA_DST, address.bytes.data(), address.size());
  request.Attribute(NDA_LLADDR, hardware.data(), hardware.size());
  const int error = netlink.Change(request);
  if (error != 0) FailStep("add neighbour", neighbour.Text("address").c_str(), error);
}

}  // namespace

bool WantsInterfaces(const NetworkOptions& options) {
  return !options.links.empty() || !options.addresses.empty() || !options.routes.empty() ||
         !options.neighbours.empty();
}

void MakeInterfaces(const NetworkOptions& options) {
  Netlink netlink(NETLINK_ROUTE);
  if (netlink.error() != 0) FailStep("make link", "netlink socket", netlink.error());
  for (const Settings& link : options.links) MakeLink(netlink, link);
  for (const Settings& address : options.addresses) GiveAddress(netlink, address);
  for (const Settings& route : options.routes) AddRoute(netlink, route);
  for (const Settings& neighbour : options.neighbours) AddNeighbour(netlink, neighbour);
}
