// IP addresses and prefixes, as bytes and as text.
#pragma once

#include <stdint.h>

#include <array>
#include <string>

struct IpAddress {
  int family = 0;  // AF_INET, AF_INET6, or 0 for none
  std::array<uint8_t, 16> bytes = {};

  size_t size() const;
};

struct IpPrefix {
  IpAddress address;
  uint8_t length = 0;
};

// Refuse what is not one.
IpAddress ParseIp(const std::string& text);
IpPrefix ParsePrefix(const std::string& text);

std::array<uint8_t, 6> ParseHardwareAddress(const std::string& text);

// IPv4 as a number, so that it can be counted with.
uint32_t ToNumber(const IpAddress& address);
IpAddress FromNumber(uint32_t number);

std::string ToText(const IpAddress& address);
