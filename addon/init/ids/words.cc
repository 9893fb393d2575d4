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

InitIds ParseInitIds(const char* text) {
  const char* at = text;
  const uid_t uid = ParseNumber(at, ':', &at, text);
  return {uid, ParseNumber(at, '\0', nullptr, text)};
}

constexpr Word kWords[] = {
    {"--uid-map", "IN:OUT:N", "map N user ids, starting at IN inside and OUT outside (repeatable)",
     [](Options& o, const char* v) { o.ids.uid_map.push_back(ParseIdMap(v)); }},
    {"--gid-map", "IN:OUT:N", "the same for group ids",
     [](Options& o, const char* v) { o.ids.gid_map.push_back(ParseIdMap(v)); }},
    {"--deny-setgroups", nullptr, "give up setgroups(2), as an ordinary user must",
     [](Options& o, const char*) { o.ids.deny_setgroups = true; }},
    {"--newuidmap", "PATH", "the program that writes the map of user ids in our place",
     [](Options& o, const char* v) { o.ids.newuidmap = v; }},
    {"--newgidmap", "PATH", "the same for group ids",
     [](Options& o, const char* v) { o.ids.newgidmap = v; }},
    {"--init-ids", "UID:GID", "what PID 1 becomes, when its own ids are not mapped",
     [](Options& o, const char* v) { o.ids.init = ParseInitIds(v); }},
    {"--uid", "N", "run the command as this user id, as counted inside",
     [](Options& o, const char* v) { o.ids.uid = ParseNumber(v, '\0', nullptr, v); }},
    {"--gid", "N", "run the command as this group id",
     [](Options& o, const char* v) { o.ids.gid = ParseNumber(v, '\0', nullptr, v); }},
    {"--clear-groups", nullptr, "run the command without supplementary groups",
     [](Options& o, const char*) { o.ids.clear_groups = true; }},
    {"--readable", "PATH", "fail when the command's user cannot read PATH (repeatable)",
     [](Options& o, const char* v) { o.ids.readable.push_back(v); }},
};

}  // namespace

std::span<const Word> IdWords() { return kWords; }
