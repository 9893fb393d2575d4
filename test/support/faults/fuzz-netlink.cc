// Reads malformed netlink messages as the addon and ns-init do, where a sanitizer watches.
// Usage: fuzz-netlink SEED COUNT HEX...
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

#include "netlink_message.h"

namespace {

using Message = std::vector<uint8_t>;

std::mt19937 generator;

size_t UpTo(size_t most) { return std::uniform_int_distribution<size_t>(0, most)(generator); }

Message FromHex(const std::string& digits) {
  Message bytes;
  for (size_t at = 0; at + 1 < digits.size(); at += 2) {
    bytes.push_back(static_cast<uint8_t>(strtoul(digits.substr(at, 2).c_str(), nullptr, 16)));
  }
  return bytes;
}

void Mutate(Message* message) {
  if (message->empty()) return;
  const size_t at = UpTo(message->size() - 1);
  switch (UpTo(3)) {
    case 0:
      message->resize(at);
      break;
    case 1:
      (*message)[at] = static_cast<uint8_t>(UpTo(255));
      break;
    case 2:
      message->insert(message->begin() + static_cast<long>(at), UpTo(8),
                      static_cast<uint8_t>(UpTo(5)));
      break;
    default:
      (*message)[at] = 0xff;
  }
}

size_t ReadNested(Bytes bytes, int depth) {
  size_t seen = ReadU32(bytes) + ReadString(bytes).size();
  if (depth == 0) return seen;
  ForEachAttribute(bytes, [&](int type, Bytes value) {
    seen += static_cast<size_t>(type) + ReadNested(value, depth - 1);
  });
  return seen;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  generator.seed(static_cast<unsigned>(strtoul(argv[1], nullptr, 10)));
  size_t seen = 0;
  for (long number = atol(argv[2]); number > 0; --number) {
    Message message = FromHex(argv[3 + UpTo(static_cast<size_t>(argc) - 4)]);
    for (size_t changes = 1 + UpTo(3); changes > 0; --changes) Mutate(&message);
    // In memory of exactly that size: one byte beyond it is a fault.
    const std::vector<uint8_t> exact(message);
    for (Bytes rest(exact); const auto header = Read<nlmsghdr>(rest);) {
      if (header->nlmsg_len < sizeof(nlmsghdr) || header->nlmsg_len > rest.size()) break;
      seen += ReadNested(rest.subspan(sizeof(nlmsghdr), header->nlmsg_len - sizeof(nlmsghdr)), 3);
      rest = Skip(rest, NetlinkAlign(header->nlmsg_len));
    }
    seen += ReadNested(Skip(exact, sizeof(nlmsghdr) + sizeof(rtmsg)), 4);
  }
  std::printf("%zu\n", seen);
}
