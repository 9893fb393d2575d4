#include "words.h"

#include "options.h"

namespace {

constexpr Word kWords[] = {
    {"--enter", "N",
     "run the command in the namespace of descriptor N: nothing is created, and there is no PID 1 "
     "of ours (repeatable)",
     [](Options& o, const char* v) { o.enter.namespaces.push_back(ParseFd(v)); }},
    {"--enter-cgroup", "N", "the cgroup whose cgroup.procs is descriptor N (repeatable)",
     [](Options& o, const char* v) { o.enter.groups.push_back(ParseFd(v)); }},
    {"--enter-root", "N", "the root directory there: descriptor N",
     [](Options& o, const char* v) { o.enter.root = ParseFd(v); }},
};

}  // namespace

std::span<const Word> EnterWords() { return kWords; }
