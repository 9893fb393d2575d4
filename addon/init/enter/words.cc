#include "words.h"

#include "options.h"

namespace {

constexpr Word kWords[] = {
    {"--enter", "N",
     "run the command in the namespace of descriptor N: nothing is created, and there is no PID 1 "
     "of ours (repeatable)",
     [](Options& o, const char* v) { o.enter.namespaces.push_back(ParseFd(v)); }},
};

}  // namespace

std::span<const Word> EnterWords() { return kWords; }
