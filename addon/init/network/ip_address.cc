#include "network/ip_address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "words.h"

size_t IpAddress::size() const { return family == AF_INET ? 4 : 16; }

IpAddress ParseIp(const std::string& text) {
  IpAddress address;
  for (const int family : {AF_INET, AF_INET6}) {
    if (inet_pton(family, text.c_str(), address.bytes.data()) == 1) {
      address.family = family;
      return address;
    }
  }
  Refuse("not an IP address", text.c_str());
}

IpPrefix ParsePrefix(const std::string& text) {
  const size_t slash = text.find('/');
  if (slash == std::string::npos) Refuse("no prefix length in", text.c_str());
  IpPrefix prefix;
  prefix.address = ParseIp(text.substr(0, slash));
  const unsigned length = ParseNumber(text.c_str() + slash + 1, '\0', nullptr, text.c_str());
  if (length > prefix.address.size() * 8) Refuse("too long a prefix", text.c_str());
  prefix.length = static_cast<uint8_t>(length);
  return prefix;
}

std::array<uint8_t, 6> ParseHardwareAddress(const std::string& text) {
  std::array<uint8_t, 6> bytes;
  char after;
  if (sscanf(text.c_str(), "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%c", &bytes[0], &bytes[1], &bytes[2],
             &bytes[3], &bytes[4], &bytes[5], &after) != 6) {
    Refuse("not a hardware address", text.c_str());
  }
  return bytes;
}

uint32_t ToNumber(const IpAddress& address) {
  uint32_t number;
  memcpy(&number, address.bytes.data(), sizeof number);
  return ntohl(number);
}

IpAddress FromNumber(uint32_t number) {
  IpAddress address;
  address.family = AF_INET;
  number = htonl(number);
  memcpy(address.bytes.data(), &number, sizeof number);
  return address;
}

std::string ToText(const IpAddress& address) {
  char text[INET6_ADDRSTRLEN];
  return inet_ntop(address.family, address.bytes.data(), text, sizeof text);
}
