// Translation of a sandbox's address into the host's.
#pragma once

#include <string>

#include "network/ip_address.h"
#include "network/netlink.h"

// Makes a table of its own, in which what comes from `inside` and leaves the host is given the
// host's address. The table belongs to `netlink` and vanishes with it. Returns an errno.
int TranslateAddress(Netlink& netlink, const std::string& table, const IpAddress& inside);
