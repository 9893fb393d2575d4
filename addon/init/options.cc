#include "options.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <span>
#include <string>
#include <string_view>

#include "kernel.h"
#include "words.h"

namespace {

struct NamespaceRow {
  const char* name;
  unsigned long flag;
};

constexpr NamespaceRow kNamespaces[] = {
    {"user", CLONE_NEWUSER},     {"mount", CLONE_NEWNS},  {"pid", CLONE_NEWPID},
    {"net", CLONE_NEWNET},       {"ipc", CLONE_NEWIPC},   {"uts", CLONE_NEWUTS},
    {"cgroup", CLONE_NEWCGROUP}, {"time", CLONE_NEWTIME},
};

unsigned long ParseNamespaces(const char* list) {
  unsigned long flags = 0;
  std::string_view rest(list);
  while (!rest.empty()) {
    const size_t comma = rest.find(',');
    const std::string_view word = rest.substr(0, comma);
    unsigned long found = 0;
    for (const NamespaceRow& row : kNamespaces) {
      if (word == row.name || word == "all") found |= row.flag;
    }
    if (found == 0) Refuse("unknown namespace in", list);
    flags |= found;
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  }
  return flags;
}

Join ParseJoin(const char* text) {
  const char* colon = strchr(text, ':');
  if (colon == nullptr) Refuse("no path in", text);
  const std::string_view name(text, static_cast<size_t>(colon - text));
  for (const NamespaceRow& row : kNamespaces) {
    if (name == row.name) return {row.flag, colon + 1};
  }
  Refuse("unknown namespace in", text);
}

constexpr Word kWords[] = {
    {"--unshare", "LIST", "namespaces to create: user,mount,pid,net,ipc,uts,cgroup,time or all",
     [](Options& o, const char* v) { o.namespaces |= ParseNamespaces(v); }},
    {"--try", "LIST", "namespaces to create if the kernel lets us",
     [](Options& o, const char* v) { o.try_namespaces |= ParseNamespaces(v); }},
    {"--join", "NAME:PATH", "enter this namespace, which exists (repeatable)",
     [](Options& o, const char* v) { o.joins.push_back(ParseJoin(v)); }},
    {"--status-fd", "N", "write what happens, one JSON object a line",
     [](Options& o, const char* v) { o.status_fd = ParseFd(v); }},
    {"--lifeline-fd", "N", "end everything when the other end of N closes",
     [](Options& o, const char* v) { o.lifeline_fd = ParseFd(v); }},
    {"--may-stay", nullptr,
     "what is left when the command has ended is stopped, and a byte for each of us on the "
     "lifeline "
     "keeps it",
     [](Options& o, const char*) { o.may_stay = true; }},
    {"--label", "TEXT", "what it is for: seen in our command line, and nowhere else",
     [](Options&, const char*) {}},
    {"--pass-fd", "N", "leave descriptor N open in the command (repeatable)",
     [](Options& o, const char* v) { o.pass_fds.push_back(ParseFd(v)); }},
    {"--copy-fd", "N", "the command is a copy of the fork server at the other end of N",
     [](Options& o, const char* v) { o.copy_fd = ParseFd(v); }},
};

using WordTable = std::span<const Word> (*)();

std::span<const Word> OwnWords() { return kWords; }

// In the order in which the usage tells them.
constexpr WordTable kTables[] = {OwnWords,     EnterWords,   IdWords,   FileWords,
                                 NetworkWords, ProcessWords, LimitWords};

const Word* FindWord(std::string_view name) {
  for (const WordTable table : kTables) {
    for (const Word& word : table()) {
      if (name == word.name) return &word;
    }
  }
  return nullptr;
}

void PrintUsage() {
  fprintf(stderr, "usage: ns-init [OPTION...] -- COMMAND [ARG...]\n");
  for (const WordTable table : kTables) {
    for (const Word& word : table()) {
      const std::string shown =
          std::string(word.name) + (word.value ? std::string("=") + word.value : "");
      fprintf(stderr, "  %-21s %s\n", shown.c_str(), word.meaning);
    }
  }
}

// A copy gets what it is told and no more: who asks for more is to have a command.
void CheckCopyWords(const Options& options) {
  const ProcessOptions& processes = options.processes;
  const bool fits = (options.namespaces & CLONE_NEWPID) != 0 && options.pass_fds.size() == 1 &&
                    !processes.as_pid_1 && !processes.attended && processes.limits.empty() &&
                    processes.filter.empty() && processes.add_capabilities == 0 &&
                    processes.drop_capabilities == 0 && !processes.no_new_privileges &&
                    !options.ids.uid && !options.ids.gid && !options.ids.clear_groups &&
                    !options.ids.init;
  if (!fits) Refuse("a copy cannot be had with these words", "--copy-fd");
}

}  // namespace

void Refuse(const char* what, const char* value) {
  fprintf(stderr, "ns-init: %s: %s\n", what, value);
  PrintUsage();
  exit(2);
}

// Reads one number that ends at `end`; what follows is left to the caller.
unsigned ParseNumber(const char* text, char end, const char** after, const char* whole) {
  char* stop = nullptr;
  errno = 0;
  const unsigned long value = strtoul(text, &stop, 10);
  // strtoul takes signs and blanks, which are no part of an id.
  if (stop == text || *stop != end || errno != 0 || value > 0xffffffffUL || *text < '0' ||
      *text > '9') {
    Refuse("not a number in", whole);
  }
  if (after != nullptr) *after = stop + 1;
  return static_cast<unsigned>(value);
}

int ParseFd(const char* text) {
  const unsigned value = ParseNumber(text, '\0', nullptr, text);
  if (value > 1048576) Refuse("not a descriptor", text);
  return static_cast<int>(value);
}

const char* NamespaceName(unsigned long flag) {
  for (const NamespaceRow& row : kNamespaces) {
    if (row.flag == flag) return row.name;
  }
  return "?";
}

Options ParseOptions(int argc, char** argv) {
  Options options;
  int at = 1;
  for (; at < argc && strcmp(argv[at], "--") != 0; ++at) {
    const char* equals = strchr(argv[at], '=');
    const std::string_view name(argv[at],
                                equals ? static_cast<size_t>(equals - argv[at]) : strlen(argv[at]));
    const Word* word = FindWord(name);
    if (word == nullptr || (word->value != nullptr) != (equals != nullptr)) {
      Refuse("unknown option", argv[at]);
    }
    word->apply(options, equals ? equals + 1 : nullptr);
  }
  if (at + 1 >= argc) Refuse("no command", "it goes behind --");
  options.command = argv + at + 1;
  CheckFileWords(options.files);
  CheckLimitWords(options.limits);
  if (options.copy_fd != -1) CheckCopyWords(options);
  if (options.may_stay && (options.processes.as_pid_1 || options.lifeline_fd == -1)) {
    Refuse("goes with --lifeline-fd and an init", "--may-stay");
  }
  options.try_namespaces &= ~options.namespaces;
  if (!options.enter.namespaces.empty() && (options.namespaces | options.try_namespaces) != 0) {
    Refuse("--enter goes with no", "--unshare or --try");
  }
  return options;
}
