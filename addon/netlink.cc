#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <array>
#include <cerrno>
#include <optional>
#include <string>
#include <vector>

#include "errors.h"
#include "exports.h"
#include "netlink_message.h"
#include "netlink_socket.h"
#include "values.h"

namespace {

constexpr std::size_t kIpv6Bytes = 16;

std::size_t AddressBytes(int family) { return family == AF_INET ? 4 : kIpv6Bytes; }

/// The address as inet_ntop(3) writes it; empty if the bytes are not one.
std::string AddressText(int family, Bytes bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (bytes.size() < AddressBytes(family)) return {};
  if (inet_ntop(family, bytes.data(), text.data(), text.size()) == nullptr) return {};
  return text.data();
}

void AddressAttribute(Napi::Env env, Request& request, std::uint16_t type, int family,
                      const std::string& text) {
  std::array<std::uint8_t, kIpv6Bytes> bytes{};
  if (inet_pton(family, text.c_str(), bytes.data()) != 1) {
    throw SystemError(env, EINVAL, "inet_pton");
  }
  request.Attribute(type, bytes.data(), AddressBytes(family));
}

std::string HardwareAddressText(Bytes bytes) {
  constexpr char kHexDigits[] = "0123456789abcdef";
  std::string text;
  for (const unsigned byte : bytes) {
    if (!text.empty()) text += ':';
    text += kHexDigits[byte >> 4U];
    text += kHexDigits[byte & 0xfU];
  }
  return text;
}

void SetIfPresent(Napi::Object object, const char* name, const std::string& text) {
  if (!text.empty()) object.Set(name, Napi::String::New(object.Env(), text));
}

template <typename T>
Napi::Array ToArray(Napi::Env env, const std::vector<T>& items) {
  Napi::Array array = Napi::Array::New(env, items.size());
  for (std::uint32_t i = 0; i < items.size(); ++i) array.Set(i, ToObject(env, items[i]));
  return array;
}

struct Link {
  ifinfomsg header{};
  std::string name, kind, address;
  std::vector<std::string> altnames;
  std::uint32_t mtu = 0;
  std::uint32_t master = 0;
  std::uint32_t lower = 0;
  std::optional<std::int32_t> lower_netns_id;
};

// Of Linux 5.5: IFLA_PROP_LIST and IFLA_ALT_IFNAME.
constexpr int kPropertyList = 52;
constexpr int kAlternativeName = 53;

Link ParseLink(const ifinfomsg& header, Bytes attributes) {
  Link link;
  link.header = header;
  ForEachAttribute(attributes, [&](int type, Bytes value) {
    if (type == IFLA_IFNAME) link.name = ReadString(value);
    if (type == IFLA_MTU) link.mtu = ReadU32(value);
    if (type == IFLA_ADDRESS) link.address = HardwareAddressText(value);
    if (type == IFLA_MASTER) link.master = ReadU32(value);
    if (type == IFLA_LINK) link.lower = ReadU32(value);
    if (type == IFLA_LINK_NETNSID) link.lower_netns_id = Read<std::int32_t>(value);
    if (type == kPropertyList) {
      ForEachAttribute(value, [&](int inner_type, Bytes inner) {
        if (inner_type == kAlternativeName) link.altnames.push_back(ReadString(inner));
      });
    }
    if (type == IFLA_LINKINFO) {
      ForEachAttribute(value, [&](int inner_type, Bytes inner) {
        if (inner_type == IFLA_INFO_KIND) link.kind = ReadString(inner);
      });
    }
  });
  return link;
}

Napi::Object ToObject(Napi::Env env, const Link& link) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("index", Number(env, link.header.ifi_index));
  object.Set("name", Napi::String::New(env, link.name));
  object.Set("type", Number(env, link.header.ifi_type));
  object.Set("flags", Number(env, link.header.ifi_flags));
  object.Set("mtu", Number(env, link.mtu));
  object.Set("master", Number(env, link.master));
  object.Set("lower", Number(env, link.lower));
  if (link.lower_netns_id) object.Set("lowerNetnsId", Number(env, *link.lower_netns_id));
  Napi::Array altnames = Napi::Array::New(env, link.altnames.size());
  for (std::uint32_t i = 0; i < link.altnames.size(); ++i) {
    altnames.Set(i, Napi::String::New(env, link.altnames[i]));
  }
  object.Set("altnames", altnames);
  SetIfPresent(object, "kind", link.kind);
  SetIfPresent(object, "address", link.address);
  return object;
}

struct Address {
  ifaddrmsg header{};
  std::string address, local;
};

Address ParseAddress(const ifaddrmsg& header, Bytes attributes) {
  Address address;
  address.header = header;
  ForEachAttribute(attributes, [&](int type, Bytes value) {
    if (type == IFA_ADDRESS) address.address = AddressText(header.ifa_family, value);
    if (type == IFA_LOCAL) address.local = AddressText(header.ifa_family, value);
  });
  return address;
}

Napi::Object ToObject(Napi::Env env, const Address& address) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("interfaceIndex", Number(env, address.header.ifa_index));
  object.Set("family", Number(env, address.header.ifa_family));
  object.Set("prefixLength", Number(env, address.header.ifa_prefixlen));
  object.Set("scope", Number(env, address.header.ifa_scope));
  // rtnetlink(7): on a point-to-point link IFA_ADDRESS is the other end's and IFA_LOCAL our own.
  object.Set("address",
             Napi::String::New(env, address.local.empty() ? address.address : address.local));
  return object;
}

struct NextHop {
  std::string gateway;
  std::uint32_t interface_index = 0;
  int weight = 1;
};

struct Route {
  rtmsg header{};
  std::string destination, source;
  std::uint32_t table = 0;
  std::uint32_t metric = 0;
  NextHop next;
  std::vector<NextHop> next_hops;
};

void ReadNextHopAttribute(int family, int type, Bytes value, NextHop& next) {
  if (type == RTA_GATEWAY) next.gateway = AddressText(family, value);
  if (type == RTA_OIF) next.interface_index = ReadU32(value);
  // An IPv4 route through an IPv6 gateway: rtvia carries the family before the address.
  if (type == RTA_VIA) {
    if (const auto via_family = Read<std::uint16_t>(value)) {
      next.gateway = AddressText(*via_family, Skip(value, sizeof(rtvia)));
    }
  }
}

std::vector<NextHop> ParseNextHops(int family, Bytes bytes) {
  std::vector<NextHop> next_hops;
  while (const auto header = Read<rtnexthop>(bytes)) {
    if (header->rtnh_len < sizeof(rtnexthop) || header->rtnh_len > bytes.size()) break;
    NextHop next;
    next.interface_index = static_cast<std::uint32_t>(header->rtnh_ifindex);
    // rtnetlink(7): the kernel keeps the weight less one.
    next.weight = header->rtnh_hops + 1;
    ForEachAttribute(
        bytes.subspan(sizeof(rtnexthop), header->rtnh_len - sizeof(rtnexthop)),
        [&](int type, Bytes value) { ReadNextHopAttribute(family, type, value, next); });
    next_hops.push_back(next);
    bytes = Skip(bytes, NetlinkAlign(header->rtnh_len));
  }
  return next_hops;
}

Route ParseRoute(const rtmsg& header, Bytes attributes) {
  Route route;
  route.header = header;
  // RTA_TABLE replaces this field for tables above 255, and is not sent by every kernel.
  route.table = header.rtm_table;
  ForEachAttribute(attributes, [&](int type, Bytes value) {
    if (type == RTA_DST) route.destination = AddressText(header.rtm_family, value);
    if (type == RTA_PREFSRC) route.source = AddressText(header.rtm_family, value);
    if (type == RTA_TABLE) route.table = ReadU32(value);
    if (type == RTA_PRIORITY) route.metric = ReadU32(value);
    if (type == RTA_MULTIPATH) route.next_hops = ParseNextHops(header.rtm_family, value);
    ReadNextHopAttribute(header.rtm_family, type, value, route.next);
  });
  return route;
}

Napi::Object ToObject(Napi::Env env, const NextHop& next) {
  Napi::Object object = Napi::Object::New(env);
  SetIfPresent(object, "gateway", next.gateway);
  object.Set("interfaceIndex", Number(env, next.interface_index));
  object.Set("weight", Number(env, next.weight));
  return object;
}

Napi::Object ToObject(Napi::Env env, const Route& route) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("family", Number(env, route.header.rtm_family));
  object.Set("prefixLength", Number(env, route.header.rtm_dst_len));
  object.Set("table", Number(env, route.table));
  object.Set("type", Number(env, route.header.rtm_type));
  object.Set("scope", Number(env, route.header.rtm_scope));
  object.Set("protocol", Number(env, route.header.rtm_protocol));
  object.Set("metric", Number(env, route.metric));
  object.Set("interfaceIndex", Number(env, route.next.interface_index));
  SetIfPresent(object, "destination", route.destination);
  SetIfPresent(object, "gateway", route.next.gateway);
  SetIfPresent(object, "source", route.source);
  object.Set("nextHops", ToArray(env, route.next_hops));
  return object;
}

/// Each dumped message as Header plus attributes, parsed.
template <typename Header, typename Parse>
auto ParseAll(const std::vector<std::vector<std::uint8_t>>& bodies, Parse parse) {
  std::vector<decltype(parse(Header{}, Bytes{}))> items;
  for (const Bytes body : bodies) {
    if (const auto header = Read<Header>(body)) {
      items.push_back(parse(*header, Skip(body, NetlinkAlign(sizeof(Header)))));
    }
  }
  return items;
}

struct Verb {
  std::uint16_t type;
  const char* name;
  std::uint16_t flags;
};

constexpr Verb kAddAddress = {RTM_NEWADDR, "RTM_NEWADDR", NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL};
constexpr Verb kRemoveAddress = {RTM_DELADDR, "RTM_DELADDR", NLM_F_ACK};
constexpr Verb kAddRoute = {RTM_NEWROUTE, "RTM_NEWROUTE", NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL};
constexpr Verb kRemoveRoute = {RTM_DELROUTE, "RTM_DELROUTE", NLM_F_ACK};

Napi::Value ChangeAddress(const Napi::CallbackInfo& info, const Verb& verb) {
  const auto address = info[0].As<Napi::Object>();
  const int family = Int(address.Get("family"));
  ifaddrmsg header{};
  header.ifa_family = static_cast<std::uint8_t>(family);
  header.ifa_prefixlen = static_cast<std::uint8_t>(Int(address.Get("prefixLength")));
  header.ifa_index = static_cast<std::uint32_t>(Int(address.Get("interfaceIndex")));
  Request request(verb.type, verb.name, verb.flags, header);
  const std::string text = Text(address.Get("address"));
  AddressAttribute(info.Env(), request, IFA_LOCAL, family, text);
  AddressAttribute(info.Env(), request, IFA_ADDRESS, family, text);
  request.Attribute(IFA_FLAGS, static_cast<std::uint32_t>(Int(address.Get("flags"))));
  RouteSocket(info.Env()).Change(request);
  return info.Env().Undefined();
}

Napi::Value ChangeRoute(const Napi::CallbackInfo& info, const Verb& verb) {
  const auto route = info[0].As<Napi::Object>();
  const int family = Int(route.Get("family"));
  rtmsg header{};
  header.rtm_family = static_cast<std::uint8_t>(family);
  header.rtm_dst_len = static_cast<std::uint8_t>(Int(route.Get("prefixLength")));
  header.rtm_table = static_cast<std::uint8_t>(Int(route.Get("table")));
  header.rtm_type = static_cast<std::uint8_t>(Int(route.Get("type")));
  header.rtm_scope = static_cast<std::uint8_t>(Int(route.Get("scope")));
  header.rtm_protocol = static_cast<std::uint8_t>(Int(route.Get("protocol")));
  Request request(verb.type, verb.name, verb.flags, header);
  if (const auto destination = OptionalText(route.Get("destination"))) {
    AddressAttribute(info.Env(), request, RTA_DST, family, *destination);
  }
  if (const auto gateway = OptionalText(route.Get("gateway"))) {
    AddressAttribute(info.Env(), request, RTA_GATEWAY, family, *gateway);
  }
  if (const Napi::Value index = route.Get("interfaceIndex"); !IsAbsent(index)) {
    request.Attribute(RTA_OIF, static_cast<std::uint32_t>(Int(index)));
  }
  if (const Napi::Value metric = route.Get("metric"); !IsAbsent(metric)) {
    request.Attribute(RTA_PRIORITY, metric.As<Napi::Number>().Uint32Value());
  }
  RouteSocket(info.Env()).Change(request);
  return info.Env().Undefined();
}

}  // namespace

// if_nametoindex(3): name.
Napi::Value InterfaceIndex(const Napi::CallbackInfo& info) {
  const unsigned index = if_nametoindex(Text(info[0]).c_str());
  if (index == 0) throw SystemError(info.Env(), errno, "if_nametoindex");
  return Number(info.Env(), index);
}

// RTM_GETLINK.
Napi::Value DumpLinks(const Napi::CallbackInfo& info) {
  const Request request(RTM_GETLINK, "RTM_GETLINK", NLM_F_DUMP, ifinfomsg{});
  return ToArray(info.Env(), ParseAll<ifinfomsg>(RouteSocket(info.Env()).Dump(request), ParseLink));
}

// RTM_NEWLINK on one that exists: index, then {up, mtu}, of which absent ones stay as they are.
Napi::Value SetLink(const Napi::CallbackInfo& info) {
  const auto wanted = info[1].As<Napi::Object>();
  ifinfomsg header{};
  header.ifi_index = Int(info[0]);
  if (const Napi::Value up = wanted.Get("up"); !IsAbsent(up)) {
    header.ifi_change = IFF_UP;
    header.ifi_flags = up.As<Napi::Boolean>() ? IFF_UP : 0;
  }
  Request request(RTM_NEWLINK, "RTM_NEWLINK", NLM_F_ACK, header);
  if (const Napi::Value mtu = wanted.Get("mtu"); !IsAbsent(mtu)) {
    request.Attribute(IFLA_MTU, mtu.As<Napi::Number>().Uint32Value());
  }
  RouteSocket(info.Env()).Change(request);
  return info.Env().Undefined();
}

// RTM_GETADDR, both families.
Napi::Value DumpAddresses(const Napi::CallbackInfo& info) {
  const Request request(RTM_GETADDR, "RTM_GETADDR", NLM_F_DUMP, ifaddrmsg{});
  return ToArray(info.Env(),
                 ParseAll<ifaddrmsg>(RouteSocket(info.Env()).Dump(request), ParseAddress));
}

// RTM_NEWADDR: {family, interfaceIndex, address, prefixLength, flags}.
Napi::Value AddAddress(const Napi::CallbackInfo& info) { return ChangeAddress(info, kAddAddress); }

// RTM_DELADDR: the same.
Napi::Value RemoveAddress(const Napi::CallbackInfo& info) {
  return ChangeAddress(info, kRemoveAddress);
}

// RTM_GETROUTE: family; all tables.
Napi::Value DumpRoutes(const Napi::CallbackInfo& info) {
  rtmsg header{};
  header.rtm_family = static_cast<std::uint8_t>(Int(info[0]));
  const Request request(RTM_GETROUTE, "RTM_GETROUTE", NLM_F_DUMP, header);
  auto routes = ParseAll<rtmsg>(RouteSocket(info.Env()).Dump(request), ParseRoute);
  // Without IPv6 in the kernel, a question about it is answered with all families there are.
  std::erase_if(routes,
                [&](const Route& route) { return route.header.rtm_family != header.rtm_family; });
  return ToArray(info.Env(), routes);
}

// RTM_NEWROUTE: {family, destination, prefixLength, gateway, interfaceIndex, metric, table, type,
// scope, protocol}.
Napi::Value AddRoute(const Napi::CallbackInfo& info) { return ChangeRoute(info, kAddRoute); }

// RTM_DELROUTE: the same.
Napi::Value RemoveRoute(const Napi::CallbackInfo& info) { return ChangeRoute(info, kRemoveRoute); }

// Any request: type, its name, flags, body. The bodies of what a dump or a get is answered with.
Napi::Value RouteRequest(const Napi::CallbackInfo& info) {
  const std::string name = Text(info[1]);
  const auto flags = static_cast<std::uint16_t>(Int(info[2]));
  const auto body = info[3].As<Napi::Uint8Array>();
  const Request request(static_cast<std::uint16_t>(Int(info[0])), name.c_str(), flags,
                        Bytes(body.Data(), body.ByteLength()));
  RouteSocket socket(info.Env());
  const auto bodies =
      (flags & NLM_F_DUMP) == NLM_F_DUMP ? socket.Dump(request) : socket.Get(request);
  Napi::Array array = Napi::Array::New(info.Env(), bodies.size());
  for (std::uint32_t i = 0; i < bodies.size(); ++i) {
    array.Set(i, Napi::Buffer<std::uint8_t>::Copy(info.Env(), bodies[i].data(), bodies[i].size()));
  }
  return array;
}
