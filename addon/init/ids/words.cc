#include "words.h"

#include "options.h"

namespace {

IdMapLine ParseIdMap(const char* text) {
  IdMapLine line;
  const char* at = text;
  line.inside = ParseNumber(at, ':', &at, text);
  line.outside = ParseNumber(at, ':', &at, text);
  line.count = ParseNumber(at, '\0', nullptr, text);
  return line;
}

constexpr Word kWords[] = {
    {"--uid-map", "IN:OUT:N", "map N user ids, starting at IN inside and OUT outside (repeatable)",
     [](Options& o, const char* v) { o.ids.uid_map.push_back(ParseIdMap(v)); }},
    {"--gid-map", "IN:OUT:N", "the same for group ids",
     [](Options& o, const char* v) { o.ids.gid_map.push_back(ParseIdMap(v)); }},
    {"--deny-setgroups", nullptr, "give up setgroups(2), as an ordinary user must",
     [](Options& o, const char*) { o.ids.deny_setgroups = true; }},
};

}  // namespace

std::span<const Word> IdWords() { return kWords; }
