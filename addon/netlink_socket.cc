#include "netlink_socket.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "errors.h"

namespace {

// A dump is restarted when the tables changed underway. More than a few times in a row means that
// somebody changes them without pause; then an error is more honest than a torn list.
constexpr int kDumpAttempts = 20;

/// The sentence that the kernel adds to some refusals: netlink(7), NETLINK_EXT_ACK.
std::string KernelMessage(const nlmsghdr& header, const nlmsgerr& error, Bytes body) {
  if ((header.nlmsg_flags & NLM_F_ACK_TLVS) == 0) return {};
  std::size_t start = sizeof(nlmsgerr);
  // Unless capped, the whole request is quoted before the attributes.
  if ((header.nlmsg_flags & NLM_F_CAPPED) == 0 && error.msg.nlmsg_len > sizeof(nlmsghdr)) {
    start += NetlinkAlign(error.msg.nlmsg_len - sizeof(nlmsghdr));
  }
  std::string message;
  ForEachAttribute(Skip(body, start), [&](int type, Bytes value) {
    if (type == NLMSGERR_ATTR_MSG) message = ReadString(value);
  });
  return message;
}

}  // namespace

RouteSocket::RouteSocket(Napi::Env env)
    : env_(env), socket_(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)) {
  if (!socket_.ok()) throw SystemError(env_, errno, "socket");
  const int on = 1;
  // Both may fail before Linux 4.12, and only the kernel's own sentence is lost then.
  setsockopt(socket_.get(), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
  setsockopt(socket_.get(), SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
}

void RouteSocket::Change(Request request) { Ask(request); }

std::vector<std::vector<std::uint8_t>> RouteSocket::Get(Request request) {
  // An acknowledgement ends it: the answer itself does not say that it is the last.
  request.AskForAcknowledgement();
  return std::move(Ask(request).bodies);
}

std::vector<std::vector<std::uint8_t>> RouteSocket::Dump(Request request) {
  for (int attempt = 0; attempt < kDumpAttempts; ++attempt) {
    Answer answer = Ask(request);
    if (!answer.interrupted) return std::move(answer.bodies);
  }
  throw SystemError(env_, EINTR, request.name(), "the tables changed during every dump");
}

RouteSocket::Answer RouteSocket::Ask(Request& request) {
  Send(request);
  Answer answer;
  for (;;) {
    const std::vector<std::uint8_t> datagram = Receive();
    Bytes rest = datagram;
    while (const auto header = Read<nlmsghdr>(rest)) {
      if (header->nlmsg_len < sizeof(nlmsghdr) || header->nlmsg_len > rest.size()) break;
      const Bytes body = rest.subspan(sizeof(nlmsghdr), header->nlmsg_len - sizeof(nlmsghdr));
      rest = Skip(rest, NetlinkAlign(header->nlmsg_len));
      if (header->nlmsg_seq != sequence_) continue;
      if ((header->nlmsg_flags & NLM_F_DUMP_INTR) != 0) answer.interrupted = true;
      if (header->nlmsg_type == NLMSG_ERROR || header->nlmsg_type == NLMSG_DONE) {
        ThrowIfRefused(request, *header, body);
        return answer;
      }
      answer.bodies.emplace_back(body.begin(), body.end());
    }
  }
}

void RouteSocket::Send(Request& request) {
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  const Bytes bytes = request.Finish(++sequence_);
  ssize_t sent = 0;
  do {
    sent = sendto(socket_.get(), bytes.data(), bytes.size(), 0,
                  reinterpret_cast<const sockaddr*>(&kernel), sizeof(kernel));
  } while (sent == -1 && errno == EINTR);
  if (sent == -1) throw SystemError(env_, errno, "sendto");
}

/// The next datagram that the kernel itself sent.
std::vector<std::uint8_t> RouteSocket::Receive() {
  for (;;) {
    // A first look for the size: a datagram that does not fit would be cut short.
    const ssize_t size = recv(socket_.get(), nullptr, 0, MSG_PEEK | MSG_TRUNC);
    if (size == -1 && errno == EINTR) continue;
    if (size == -1) throw SystemError(env_, errno, "recv");

    std::vector<std::uint8_t> datagram(static_cast<std::size_t>(size));
    sockaddr_nl sender{};
    socklen_t sender_size = sizeof(sender);
    const ssize_t got = recvfrom(socket_.get(), datagram.data(), datagram.size(), 0,
                                 reinterpret_cast<sockaddr*>(&sender), &sender_size);
    if (got == -1 && errno == EINTR) continue;
    if (got == -1) throw SystemError(env_, errno, "recvfrom");
    // netlink(7): any process may send to a netlink socket; port 0 is the kernel's.
    if (sender.nl_pid != 0) continue;
    datagram.resize(static_cast<std::size_t>(got));
    return datagram;
  }
}

void RouteSocket::ThrowIfRefused(const Request& request, const nlmsghdr& header, Bytes body) const {
  // Both kinds begin with a negative errno, or 0 for an acknowledgement or a dump that is complete.
  const auto error_number = Read<std::int32_t>(body);
  if (!error_number || *error_number >= 0) return;
  const auto error = Read<nlmsgerr>(body);
  const bool is_refusal = header.nlmsg_type == NLMSG_ERROR && error;
  throw SystemError(env_, -*error_number, request.name(),
                    is_refusal ? KernelMessage(header, *error, body) : std::string());
}
