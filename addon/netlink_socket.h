#ifndef NS_JEST_ADDON_NETLINK_SOCKET_H_
#define NS_JEST_ADDON_NETLINK_SOCKET_H_

#include <napi.h>

#include <cstdint>
#include <vector>

#include "fd.h"
#include "netlink_message.h"

/// A conversation with the kernel's routing tables, for the length of one operation. A socket
/// belongs to the network namespace it was made in, so none is kept. rtnetlink(7)
class RouteSocket {
 public:
  explicit RouteSocket(Napi::Env env);

  /// Sends a request that changes something and waits for the kernel's answer to it.
  void Change(Request request);

  /// The bodies of the kernel's answers to a request for one thing.
  std::vector<std::vector<std::uint8_t>> Get(Request request);

  /// The bodies of all messages that a dump request is answered with.
  std::vector<std::vector<std::uint8_t>> Dump(Request request);

 private:
  struct Answer {
    std::vector<std::vector<std::uint8_t>> bodies;
    bool interrupted = false;
  };

  Answer Ask(Request& request);
  void Send(Request& request);
  std::vector<std::uint8_t> Receive();
  void ThrowIfRefused(const Request& request, const nlmsghdr& header, Bytes body) const;

  Napi::Env env_;
  Fd socket_;
  std::uint32_t sequence_ = 0;
};

#endif  // NS_JEST_ADDON_NETLINK_SOCKET_H_
