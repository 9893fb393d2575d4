#include "network/netlink.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

// A dump that the kernel says was torn is asked for again, as often as in netlink_socket.cc.
constexpr int kDumpAttempts = 20;
constexpr int kTorn = -1;

}  // namespace

Netlink::Netlink(int protocol, uint32_t groups)
    : fd_(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol)) {
  sockaddr_nl own = {};
  own.nl_family = AF_NETLINK;
  own.nl_groups = groups;
  if (fd_ == -1 || bind(fd_, reinterpret_cast<const sockaddr*>(&own), sizeof own) == -1) {
    error_ = errno;
  }
}

Netlink::~Netlink() {
  if (fd_ != -1) close(fd_);
}

int Netlink::Change(Request request) {
  if (error_ != 0) return error_;
  const int error = Send(request.Finish(++sequence_));
  return error != 0 ? error : Await(1, [](uint16_t, Bytes) {});
}

int Netlink::ChangeTogether(std::vector<Request> requests, int answers) {
  if (error_ != 0) return error_;
  std::vector<uint8_t> batch;
  for (Request& request : requests) {
    const Bytes bytes = request.Finish(++sequence_);
    batch.insert(batch.end(), bytes.begin(), bytes.end());
  }
  const int error = Send(batch);
  return error != 0 ? error : Await(answers, [](uint16_t, Bytes) {});
}

int Netlink::Dump(Request request, const Visit& visit) {
  if (error_ != 0) return error_;
  for (int attempt = 0; attempt < kDumpAttempts; ++attempt) {
    std::vector<std::pair<uint16_t, std::vector<uint8_t>>> messages;
    int error = Send(request.Finish(++sequence_));
    if (error == 0) {
      error = Await(1, [&](uint16_t type, Bytes body) {
        messages.emplace_back(type, std::vector<uint8_t>(body.begin(), body.end()));
      });
    }
    if (error == kTorn) continue;
    if (error != 0) return error;
    for (const auto& [type, body] : messages) visit(type, body);
    return 0;
  }
  return EINTR;
}

void Netlink::Drain() {
  char buffer[32 * 1024];
  // ENOBUFS says that messages were lost: the next look at the tables makes up for them.
  while (recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT) > 0 || errno == ENOBUFS) {
  }
}

int Netlink::Send(Bytes bytes) {
  sockaddr_nl kernel = {};
  kernel.nl_family = AF_NETLINK;
  const ssize_t sent = sendto(fd_, bytes.data(), bytes.size(), 0,
                              reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel);
  return sent == -1 ? errno : 0;
}

int Netlink::Await(int answers, const Visit& visit) {
  bool torn = false;
  std::vector<uint8_t> buffer(size_t{64} * 1024);
  for (;;) {
    sockaddr_nl sender = {};
    socklen_t sender_size = sizeof sender;
    const ssize_t size = recvfrom(fd_, buffer.data(), buffer.size(), 0,
                                  reinterpret_cast<sockaddr*>(&sender), &sender_size);
    if (size == -1 && errno != EINTR && errno != ENOBUFS) return errno;
    // netlink(7): any process may send to a netlink socket; port 0 is the kernel's.
    if (size <= 0 || sender.nl_pid != 0) continue;
    Bytes rest(buffer.data(), static_cast<size_t>(size));
    while (const auto header = Read<nlmsghdr>(rest)) {
      if (header->nlmsg_len < sizeof(nlmsghdr) || header->nlmsg_len > rest.size()) break;
      const Bytes body = rest.subspan(sizeof(nlmsghdr), header->nlmsg_len - sizeof(nlmsghdr));
      rest = Skip(rest, NetlinkAlign(header->nlmsg_len));
      // What comes from a multicast group has no number of ours.
      if (header->nlmsg_seq == 0 || header->nlmsg_seq > sequence_) continue;
      if ((header->nlmsg_flags & NLM_F_DUMP_INTR) != 0) torn = true;
      if (header->nlmsg_type != NLMSG_ERROR && header->nlmsg_type != NLMSG_DONE) {
        visit(header->nlmsg_type, body);
        continue;
      }
      // Both begin with a negative errno, or 0 for an acknowledgement or a complete dump.
      const int result = Read<int32_t>(body).value_or(0);
      if (result < 0) return -result;
      if (--answers == 0) return torn ? kTorn : 0;
    }
  }
}
