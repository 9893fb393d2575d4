// A conversation with the kernel by netlink(7). Nothing is thrown: an errno is returned, 0 for
// none.
#pragma once

#include <stdint.h>

#include <functional>
#include <vector>

#include "netlink_message.h"

class Netlink {
 public:
  // Belongs to the network namespace that the caller is in now. `groups`: multicast groups whose
  // messages are to arrive, as in sockaddr_nl.
  explicit Netlink(int protocol, uint32_t groups = 0);
  Netlink(const Netlink&) = delete;
  Netlink& operator=(const Netlink&) = delete;
  ~Netlink();

  int error() const { return error_; }
  int fd() const { return fd_; }

  // Sends a request that changes something and waits for the kernel's answer to it.
  int Change(Request request);

  // Sends requests that take effect all or none: nf_tables. Each asks for an answer by NLM_F_ACK.
  int ChangeTogether(std::vector<Request> requests, int answers);

  // Calls visit(type, body) for each message that a dump request is answered with.
  using Visit = std::function<void(uint16_t type, Bytes body)>;
  int Dump(Request request, const Visit& visit);

  // Reads and forgets what has arrived from the groups.
  void Drain();

 private:
  int Send(Bytes bytes);
  // Until `answers` acknowledgements, the end of a dump, or a refusal.
  int Await(int answers, const Visit& visit);

  int fd_;
  int error_ = 0;
  uint32_t sequence_ = 0;
};
