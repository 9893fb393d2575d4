#include "words.h"

#include <string.h>

#include "options.h"

namespace {

GroupLine& LastGroup(Options& options, const char* value) {
  if (options.limits.groups.empty()) Refuse("no --cgroup before", value);
  return options.limits.groups.back();
}

LimitFile ParseFile(const char* text) {
  const char* const equals = strchr(text, '=');
  if (equals == nullptr || memchr(text, '/', static_cast<size_t>(equals - text)) != nullptr) {
    Refuse("not a file and a value", text);
  }
  return {std::string(text, equals), equals + 1};
}

constexpr Word kWords[] = {
    {"--cgroup", "PATH", "make a cgroup in the cgroup PATH and run all in it (repeatable)",
     [](Options& o, const char* v) { o.limits.groups.push_back({.parent = v, .files = {}}); }},
    {"--cgroup-home", "PATH", "the cgroup that we are in, to go back to",
     [](Options& o, const char* v) { LastGroup(o, v).home = v; }},
    {"--cgroup-set", "FILE=VALUE", "write a file of the new cgroup (repeatable)",
     [](Options& o, const char* v) { LastGroup(o, v).files.push_back(ParseFile(v)); }},
    {"--cgroup-show", "LIST", "mount the tree of these controllers inside (cgroup version 1)",
     [](Options& o, const char* v) { LastGroup(o, v).show = v; }},
};

}  // namespace

std::span<const Word> LimitWords() { return kWords; }

void CheckLimitWords(const LimitOptions& options) {
  for (const GroupLine& group : options.groups) {
    if (group.home == nullptr) Refuse("no --cgroup-home after", group.parent);
  }
}
