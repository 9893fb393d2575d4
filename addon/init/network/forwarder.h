// Passes on what arrives at sockets of one network to ports of another.
#pragma once

#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>

#include <vector>

#include "network/ip_address.h"

struct Listener {
  int fd;  // does not block
  bool is_tcp;
  uint16_t inside;  // the port that it leads to
};

struct SocketAddress {
  sockaddr_storage storage = {};
  socklen_t size = sizeof storage;

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

SocketAddress ToSocketAddress(const IpAddress& address, uint16_t port);

// Inside the sandbox's network: connects to 127.0.0.1, or for TCP, where nobody listens there, to
// ::1.
[[noreturn]] void Forward(const std::vector<Listener>& listeners);
