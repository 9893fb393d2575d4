#include "words.h"

#include "options.h"

namespace {

constexpr Word kWords[] = {
    {"--hostname", "NAME", "the host name inside",
     [](Options& o, const char* v) { o.network.hostname = v; }},
    {"--domainname", "NAME", "the NIS domain name inside",
     [](Options& o, const char* v) { o.network.domainname = v; }},
    {"--loopback", nullptr, "bring lo up",
     [](Options& o, const char*) { o.network.loopback = true; }},
    {"--open-to-users", nullptr, "let every user bind ports below 1024 and ping",
     [](Options& o, const char*) { o.network.open_to_users = true; }},
    {"--link", "LIST", "make an interface: name=,kind=,up and what ip-link(8) says (repeatable)",
     [](Options& o, const char* v) {
       o.network.links.push_back(
           Settings::Parse(v, {"name", "kind", "peer", "parent", "id", "mode", "local", "remote",
                               "port", "master", "mtu", "hardware-address", "up"}));
     }},
    {"--address", "LIST", "give an address: interface=,address=ADDRESS/LENGTH (repeatable)",
     [](Options& o, const char* v) {
       o.network.addresses.push_back(Settings::Parse(v, {"interface", "address"}));
     }},
    {"--route", "LIST", "add a route: destination=,gateway=,interface=,metric=,type= (repeatable)",
     [](Options& o, const char* v) {
       o.network.routes.push_back(
           Settings::Parse(v, {"destination", "gateway", "interface", "metric", "type"}));
     }},
    {"--neighbour", "LIST", "add a neighbour: interface=,address=,hardware-address= (repeatable)",
     [](Options& o, const char* v) {
       o.network.neighbours.push_back(
           Settings::Parse(v, {"interface", "address", "hardware-address"}));
     }},
    {"--uplink", "LIST", "a way out: type=,ifname=,cidr=,mtu=,bridge=,nat,program=,host-loopback",
     [](Options& o, const char* v) {
       o.network.uplink = Settings::Parse(
           v, {"type", "ifname", "cidr", "mtu", "bridge", "nat", "program", "host-loopback"});
     }},
    {"--publish", "LIST", "a port that leads in: protocol=,address=,port=,inside= (repeatable)",
     [](Options& o, const char* v) {
       o.network.publish.push_back(Settings::Parse(v, {"protocol", "address", "port", "inside"}));
     }},
};

}  // namespace

std::span<const Word> NetworkWords() { return kWords; }
