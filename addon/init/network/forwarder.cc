#include "network/forwarder.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <memory>

namespace {

constexpr size_t kBufferSize = size_t{64} * 1024;
// Two descriptors each, and a process may have 1024 by default. More wait in the listener's queue.
constexpr size_t kMaxConnections = 400;
constexpr size_t kMaxConversations = 100;
// rfc4787: a NAT forgets a UDP mapping after two minutes at the earliest.
constexpr time_t kConversationSeconds = 120;

time_t Now() {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec;
}

int Connect(int type, const char* host, uint16_t port) {
  const IpAddress address = ParseIp(host);
  const int fd = socket(address.family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd == -1) return -1;
  const SocketAddress to = ToSocketAddress(address, port);
  if (connect(fd, to.get(), to.size) == 0 || errno == EINPROGRESS) return fd;
  close(fd);
  return -1;
}

// So that the other side learns that it was no orderly end. socket(7), SO_LINGER
void Reset(int fd) {
  const struct linger at_once = {1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(fd);
}

// One direction of a TCP connection.
class Stream {
 public:
  Stream(int from, int to) : from_(from), to_(to) {}

  bool WantsRead() const { return !ended_ && size_ == 0; }
  bool WantsWrite() const { return size_ > 0; }
  bool IsDone() const { return ended_ && size_ == 0; }

  // Moves what can be moved now. False: the connection is broken.
  bool Move() {
    if (WantsRead()) {
      const ssize_t got = read(from_, buffer_.get(), kBufferSize);
      if (got == -1) return errno == EAGAIN || errno == EINTR;
      ended_ = got == 0;
      size_ = static_cast<size_t>(got);
      start_ = 0;
      if (ended_) shutdown(to_, SHUT_WR);
    }
    while (size_ > 0) {
      const ssize_t sent = send(to_, buffer_.get() + start_, size_, MSG_NOSIGNAL);
      if (sent == -1) return errno == EAGAIN || errno == EINTR;
      start_ += static_cast<size_t>(sent);
      size_ -= static_cast<size_t>(sent);
    }
    return true;
  }

 private:
  int from_;
  int to_;
  std::unique_ptr<char[]> buffer_ = std::make_unique<char[]>(kBufferSize);
  size_t start_ = 0;
  size_t size_ = 0;
  bool ended_ = false;
};

class Connection {
 public:
  Connection(int outside, uint16_t port)
      : outside_(outside), port_(port), inside_(Connect(SOCK_STREAM, "127.0.0.1", port)) {}

  bool IsBroken() const { return inside_ == -1; }

  void AddTo(std::vector<pollfd>* fds) const {
    if (!streams_) {
      // The outside is heard of when the inside has answered; if it leaves before, then too.
      fds->push_back({outside_, 0, 0});
      fds->push_back({inside_, POLLOUT, 0});
      return;
    }
    fds->push_back(Ask(outside_, streams_->in, streams_->out));
    fds->push_back(Ask(inside_, streams_->out, streams_->in));
  }

  // False: it is over, and closed.
  bool Go(short outside_events, short inside_events) {
    if (!streams_) {
      if ((outside_events & POLLERR) != 0) return Break();
      return inside_events == 0 || FinishConnecting();
    }
    if (outside_events == 0 && inside_events == 0) return true;
    // A side that had ended and is reset now takes nothing any more, and says so in every round.
    if (streams_->in.IsDone() && (outside_events & POLLERR) != 0) return Break();
    if (streams_->out.IsDone() && (inside_events & POLLERR) != 0) return Break();
    if (!streams_->in.Move() || !streams_->out.Move()) return Break();
    if (!streams_->in.IsDone() || !streams_->out.IsDone()) return true;
    close(outside_);
    close(inside_);
    return false;
  }

  bool Break() {
    Reset(outside_);
    if (inside_ != -1) Reset(inside_);
    return false;
  }

 private:
  struct Streams {
    Stream in;
    Stream out;
  };

  static pollfd Ask(int fd, const Stream& from, const Stream& to) {
    const short wanted =
        static_cast<short>((from.WantsRead() ? POLLIN : 0) | (to.WantsWrite() ? POLLOUT : 0));
    // While what it said waits for the other side, it is left alone: its end, which comes asked for
    // or not, would come in every round. poll(2)
    const bool waits = wanted == 0 && !from.IsDone();
    return {waits ? -1 : fd, wanted, 0};
  }

  bool FinishConnecting() {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(inside_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error == 0) {
      streams_.reset(new Streams{Stream(outside_, inside_), Stream(inside_, outside_)});
      return true;
    }
    close(inside_);
    inside_ = -1;
    if (error == ECONNREFUSED && !tried_v6_) {
      tried_v6_ = true;
      inside_ = Connect(SOCK_STREAM, "::1", port_);
    }
    return inside_ != -1 || Break();
  }

  int outside_;
  uint16_t port_;
  int inside_;
  bool tried_v6_ = false;
  std::unique_ptr<Streams> streams_;
};

// What one client of a UDP port says and is answered.
struct Conversation {
  int listener;
  SocketAddress client;
  int inside;
  time_t used;
};

class Forwarder {
 public:
  explicit Forwarder(const std::vector<Listener>& listeners) : listeners_(listeners) {}

  // One round: waits until something can be done, and does it.
  void Go() {
    std::vector<pollfd> fds;
    for (const Listener& listener : listeners_) {
      const bool is_full = listener.is_tcp && connections_.size() >= kMaxConnections;
      fds.push_back({listener.fd, static_cast<short>(is_full ? 0 : POLLIN), 0});
    }
    for (const auto& connection : connections_) connection->AddTo(&fds);
    for (const Conversation& conversation : conversations_) {
      fds.push_back({conversation.inside, POLLIN, 0});
    }
    poll(fds.data(), fds.size(), conversations_.empty() ? -1 : 1000);

    // From the end: what is added now was not asked about.
    size_t at = fds.size();
    for (size_t i = conversations_.size(); i-- > 0;) {
      if (fds[--at].revents != 0) Answer(conversations_[i]);
    }
    for (size_t i = connections_.size(); i-- > 0;) {
      at -= 2;
      if (connections_[i]->Go(fds[at].revents, fds[at + 1].revents)) continue;
      connections_.erase(connections_.begin() + static_cast<ptrdiff_t>(i));
    }
    for (size_t i = 0; i < listeners_.size(); ++i) {
      if ((fds[i].revents & POLLIN) == 0) continue;
      if (listeners_[i].is_tcp) {
        Accept(listeners_[i]);
      } else {
        PassOn(listeners_[i]);
      }
    }
    ForgetOld();
  }

 private:
  void Accept(const Listener& listener) {
    const int outside = accept4(listener.fd, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    // The client has left again already.
    if (outside == -1) return;
    auto connection = std::make_unique<Connection>(outside, listener.inside);
    if (connection->IsBroken()) {
      connection->Break();
    } else {
      connections_.push_back(std::move(connection));
    }
  }

  // From a client to the inside.
  void PassOn(const Listener& listener) {
    SocketAddress client;
    const ssize_t size =
        recvfrom(listener.fd, buffer_.get(), kBufferSize, 0, client.get(), &client.size);
    if (size == -1) return;
    Conversation* conversation = Find(listener, client);
    if (conversation == nullptr) return;
    conversation->used = Now();
    // Datagrams may be lost: nobody there, or no room.
    send(conversation->inside, buffer_.get(), static_cast<size_t>(size), MSG_NOSIGNAL);
  }

  Conversation* Find(const Listener& listener, const SocketAddress& client) {
    for (Conversation& conversation : conversations_) {
      if (conversation.listener == listener.fd && conversation.client.size == client.size &&
          memcmp(&conversation.client.storage, &client.storage, client.size) == 0) {
        return &conversation;
      }
    }
    if (conversations_.size() >= kMaxConversations) return nullptr;
    const int inside = Connect(SOCK_DGRAM, "127.0.0.1", listener.inside);
    if (inside == -1) return nullptr;
    conversations_.push_back({listener.fd, client, inside, 0});
    return &conversations_.back();
  }

  // From the inside to the client.
  void Answer(Conversation& conversation) {
    const ssize_t size = recv(conversation.inside, buffer_.get(), kBufferSize, 0);
    // ECONNREFUSED: what was sent has found nobody.
    if (size == -1) return;
    conversation.used = Now();
    sendto(conversation.listener, buffer_.get(), static_cast<size_t>(size), MSG_NOSIGNAL,
           conversation.client.get(), conversation.client.size);
  }

  void ForgetOld() {
    const time_t oldest = Now() - kConversationSeconds;
    std::erase_if(conversations_, [&](const Conversation& conversation) {
      if (conversation.used >= oldest) return false;
      close(conversation.inside);
      return true;
    });
  }

  const std::vector<Listener>& listeners_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Conversation> conversations_;
  std::unique_ptr<char[]> buffer_ = std::make_unique<char[]>(kBufferSize);
};

}  // namespace

SocketAddress ToSocketAddress(const IpAddress& address, uint16_t port) {
  SocketAddress result;
  if (address.family == AF_INET) {
    sockaddr_in v4 = {};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    memcpy(&v4.sin_addr, address.bytes.data(), address.size());
    memcpy(&result.storage, &v4, sizeof v4);
    result.size = sizeof v4;
  } else {
    sockaddr_in6 v6 = {};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    memcpy(&v6.sin6_addr, address.bytes.data(), address.size());
    memcpy(&result.storage, &v6, sizeof v6);
    result.size = sizeof v6;
  }
  return result;
}

void Forward(const std::vector<Listener>& listeners) {
  Forwarder forwarder(listeners);
  for (;;) forwarder.Go();
}
