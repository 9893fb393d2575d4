#include "network/nat.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter_ipv4.h>

namespace {

// Linux 5.12: the table is its socket's, and goes with it, however the process dies.
constexpr uint32_t kOwner = 0x2;  // NFT_TABLE_F_OWNER

constexpr char kChain[] = "postrouting";

Request BatchEdge(uint16_t type) {
  nfgenmsg header = {};
  header.res_id = htons(NFNL_SUBSYS_NFTABLES);
  return {type, "nf_tables", 0, header};
}

Request Message(int type, uint16_t flags) {
  nfgenmsg header = {};
  header.nfgen_family = NFPROTO_IPV4;
  return {static_cast<uint16_t>(NFNL_SUBSYS_NFTABLES << 8 | type), "nf_tables",
          static_cast<uint16_t>(NLM_F_ACK | flags), header};
}

// nf_tables' numbers are big-endian.
void Number(Request& request, uint16_t type, uint32_t value) {
  request.Attribute(type, htonl(value));
}

template <typename Fill>
void Expression(Request& request, const char* name, Fill fill) {
  request.Nest(NFTA_LIST_ELEM, [&] {
    request.Attribute(NFTA_EXPR_NAME, std::string(name));
    request.Nest(NFTA_EXPR_DATA, fill);
  });
}

Request NewTable(const std::string& table) {
  Request request = Message(NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL);
  request.Attribute(NFTA_TABLE_NAME, table);
  Number(request, NFTA_TABLE_FLAGS, kOwner);
  return request;
}

// type nat hook postrouting priority srcnat
Request NewChain(const std::string& table) {
  Request request = Message(NFT_MSG_NEWCHAIN, NLM_F_CREATE);
  request.Attribute(NFTA_CHAIN_TABLE, table);
  request.Attribute(NFTA_CHAIN_NAME, std::string(kChain));
  request.Attribute(NFTA_CHAIN_TYPE, std::string("nat"));
  request.Nest(NFTA_CHAIN_HOOK, [&] {
    Number(request, NFTA_HOOK_HOOKNUM, NF_INET_POST_ROUTING);
    Number(request, NFTA_HOOK_PRIORITY, NF_IP_PRI_NAT_SRC);
  });
  return request;
}

// ip saddr INSIDE masquerade
Request NewRule(const std::string& table, const IpAddress& inside) {
  constexpr uint32_t kSourceOffset = 12;  // of struct iphdr
  Request request = Message(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
  request.Attribute(NFTA_RULE_TABLE, table);
  request.Attribute(NFTA_RULE_CHAIN, std::string(kChain));
  request.Nest(NFTA_RULE_EXPRESSIONS, [&] {
    Expression(request, "payload", [&] {
      Number(request, NFTA_PAYLOAD_DREG, NFT_REG_1);
      Number(request, NFTA_PAYLOAD_BASE, NFT_PAYLOAD_NETWORK_HEADER);
      Number(request, NFTA_PAYLOAD_OFFSET, kSourceOffset);
      Number(request, NFTA_PAYLOAD_LEN, static_cast<uint32_t>(inside.size()));
    });
    Expression(request, "cmp", [&] {
      Number(request, NFTA_CMP_SREG, NFT_REG_1);
      Number(request, NFTA_CMP_OP, NFT_CMP_EQ);
      request.Nest(NFTA_CMP_DATA,
                   [&] { request.Attribute(NFTA_DATA_VALUE, inside.bytes.data(), inside.size()); });
    });
    Expression(request, "masq", [] {});
  });
  return request;
}

}  // namespace

int TranslateAddress(Netlink& netlink, const std::string& table, const IpAddress& inside) {
  return netlink.ChangeTogether({BatchEdge(NFNL_MSG_BATCH_BEGIN), NewTable(table), NewChain(table),
                                 NewRule(table, inside), BatchEdge(NFNL_MSG_BATCH_END)},
                                3);
}
