// The requests of rtnetlink(7) that both sides make.
#pragma once

#include <string>

#include "netlink_message.h"
#include "network/ip_address.h"

// 0 with errno: ENODEV when there is none.
int InterfaceIndex(const std::string& name);

Request AddressRequest(int interface_index, const IpPrefix& prefix);

// `type`: RTN_UNICAST and so on. A gateway without family is none; an interface_index of 0 is none.
Request RouteRequest(const IpPrefix& destination, const IpAddress& gateway, int interface_index,
                     uint8_t type);

Request UpRequest(int interface_index);

Request DeleteLinkRequest(int interface_index);
