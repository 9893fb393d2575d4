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
    {"--low-ports", nullptr, "let every user bind ports below 1024",
     [](Options& o, const char*) { o.network.open_low_ports = true; }},
};

}  // namespace

std::span<const Word> NetworkWords() { return kWords; }
