#include "network/requests.h"

#include <net/if.h>

namespace {

constexpr uint16_t kNew = NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;

}  // namespace

int InterfaceIndex(const std::string& name) {
  return static_cast<int>(if_nametoindex(name.c_str()));
}

Request AddressRequest(int interface_index, const IpPrefix& prefix) {
  ifaddrmsg header = {};
  header.ifa_family = static_cast<uint8_t>(prefix.address.family);
  header.ifa_prefixlen = prefix.length;
  header.ifa_index = static_cast<uint32_t>(interface_index);
  Request request(RTM_NEWADDR, "RTM_NEWADDR", kNew, header);
  const IpAddress& address = prefix.address;
  request.Attribute(IFA_LOCAL, address.bytes.data(), address.size());
  request.Attribute(IFA_ADDRESS, address.bytes.data(), address.size());
  // An IPv6 address could not be used for a second or two, in which the kernel looks for duplicates
  // that there cannot be. rfc4862
  if (address.family == AF_INET6) request.Attribute(IFA_FLAGS, uint32_t{IFA_F_NODAD});
  return request;
}

Request RouteRequest(const IpPrefix& destination, const IpAddress& gateway, int interface_index,
                     uint8_t type) {
  rtmsg header = {};
  header.rtm_family = static_cast<uint8_t>(destination.address.family);
  header.rtm_dst_len = destination.length;
  header.rtm_table = RT_TABLE_MAIN;
  header.rtm_type = type;
  header.rtm_protocol = RTPROT_BOOT;
  // As ip(8) does: without a gateway the destination is on the link itself.
  const bool on_link = type == RTN_UNICAST && gateway.family == 0;
  header.rtm_scope = on_link ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
  Request request(RTM_NEWROUTE, "RTM_NEWROUTE", kNew, header);
  request.Attribute(RTA_DST, destination.address.bytes.data(), destination.address.size());
  if (gateway.family != 0) {
    request.Attribute(RTA_GATEWAY, gateway.bytes.data(), gateway.size());
  }
  if (interface_index != 0) {
    request.Attribute(RTA_OIF, static_cast<uint32_t>(interface_index));
  }
  return request;
}

Request UpRequest(int interface_index) {
  ifinfomsg header = {};
  header.ifi_index = interface_index;
  header.ifi_change = header.ifi_flags = IFF_UP;
  return {RTM_NEWLINK, "RTM_NEWLINK", NLM_F_ACK, header};
}

Request DeleteLinkRequest(int interface_index) {
  ifinfomsg header = {};
  header.ifi_index = interface_index;
  return {RTM_DELLINK, "RTM_DELLINK", NLM_F_ACK, header};
}
