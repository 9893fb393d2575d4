#ifndef NS_JEST_ADDON_NETLINK_MESSAGE_H_
#define NS_JEST_ADDON_NETLINK_MESSAGE_H_

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <vector>

// Reading and writing of netlink messages, netlink(7) and rtnetlink(7), by copies in and out of
// byte ranges with a known end instead of the NLMSG_* and RTA_* macros, which trust the lengths
// they read.

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t NetlinkAlign(std::size_t length) {
  return (length + NLMSG_ALIGNTO - 1) & ~std::size_t{NLMSG_ALIGNTO - 1};
}

/// A structure at the start of the bytes; nothing if they are too few.
template <typename T>
std::optional<T> Read(Bytes bytes) {
  if (bytes.size() < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

inline Bytes Skip(Bytes bytes, std::size_t count) {
  return count < bytes.size() ? bytes.subspan(count) : Bytes{};
}

/// Calls visit(type, value) for each attribute. A length that does not fit ends the list, as in
/// every netlink library.
template <typename Visit>
void ForEachAttribute(Bytes bytes, Visit visit) {
  while (const auto header = Read<rtattr>(bytes)) {
    if (header->rta_len < sizeof(rtattr) || header->rta_len > bytes.size()) return;
    visit(header->rta_type & NLA_TYPE_MASK,
          bytes.subspan(sizeof(rtattr), header->rta_len - sizeof(rtattr)));
    bytes = Skip(bytes, NetlinkAlign(header->rta_len));
  }
}

inline std::uint32_t ReadU32(Bytes bytes) { return Read<std::uint32_t>(bytes).value_or(0); }

/// A string attribute, which may or may not carry its NUL.
inline std::string ReadString(Bytes bytes) {
  std::string text(bytes.begin(), bytes.end());
  return text.substr(0, text.find('\0'));
}

/// One request in the making.
class Request {
 public:
  template <typename Body>
  Request(std::uint16_t type, const char* name, std::uint16_t flags, const Body& body)
      : name_(name) {
    nlmsghdr header{};
    header.nlmsg_type = type;
    header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
    Append(&header, sizeof(header));
    Append(&body, sizeof(body));
  }

  /// A request whose body was put together elsewhere.
  Request(std::uint16_t type, const char* name, std::uint16_t flags, Bytes body) : name_(name) {
    nlmsghdr header{};
    header.nlmsg_type = type;
    header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
    Append(&header, sizeof(header));
    Append(body.data(), body.size());
  }

  void AskForAcknowledgement() {
    nlmsghdr header{};
    std::memcpy(&header, bytes_.data(), sizeof(header));
    header.nlmsg_flags |= NLM_F_ACK;
    std::memcpy(bytes_.data(), &header, sizeof(header));
  }

  void Attribute(std::uint16_t type, const void* value, std::size_t size) {
    rtattr header{};
    header.rta_type = type;
    header.rta_len = static_cast<std::uint16_t>(sizeof(header) + size);
    Append(&header, sizeof(header));
    Append(value, size);
  }

  void Attribute(std::uint16_t type, std::uint32_t value) {
    Attribute(type, &value, sizeof(value));
  }

  /// A string attribute, with its NUL.
  void Attribute(std::uint16_t type, const std::string& text) {
    Attribute(type, text.c_str(), text.size() + 1);
  }

  /// An attribute whose value is what `fill` adds: attributes, after a structure perhaps.
  template <typename Fill>
  void Nest(std::uint16_t type, Fill fill) {
    const std::size_t start = bytes_.size();
    Attribute(type, nullptr, 0);
    fill();
    rtattr header{};
    header.rta_type = type;
    header.rta_len = static_cast<std::uint16_t>(bytes_.size() - start);
    std::memcpy(bytes_.data() + start, &header, sizeof(header));
  }

  /// A structure inside of a nest, before its attributes.
  template <typename Body>
  void Structure(const Body& body) {
    Append(&body, sizeof(body));
  }

  /// The finished bytes under this sequence number.
  Bytes Finish(std::uint32_t sequence) {
    nlmsghdr header{};
    std::memcpy(&header, bytes_.data(), sizeof(header));
    header.nlmsg_len = static_cast<std::uint32_t>(bytes_.size());
    header.nlmsg_seq = sequence;
    std::memcpy(bytes_.data(), &header, sizeof(header));
    return bytes_;
  }

  /// As rtnetlink(7) spells it: this stands in an error where a system call's name would.
  [[nodiscard]] const char* name() const { return name_; }

 private:
  void Append(const void* data, std::size_t size) {
    const std::size_t start = bytes_.size();
    bytes_.resize(start + NetlinkAlign(size));
    if (size > 0) std::memcpy(bytes_.data() + start, data, size);
  }

  const char* name_;
  std::vector<std::uint8_t> bytes_;
};

#endif  // NS_JEST_ADDON_NETLINK_MESSAGE_H_
