#include "options.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <string_view>

#include "kernel.h"

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

constexpr char kUsage[] =
    "usage: ns-init [OPTION...] -- COMMAND [ARG...]\n"
    "  --unshare=LIST        namespaces to create: user,mount,pid,net,ipc,uts,cgroup,time or all\n"
    "  --try=LIST            namespaces to create if the kernel lets us\n"
    "  --uid-map=IN:OUT:N    map N user ids, starting at IN inside and OUT outside (repeatable)\n"
    "  --gid-map=IN:OUT:N    the same for group ids\n"
    "  --deny-setgroups      give up setgroups(2), as an ordinary user must\n"
    "  --proc                a private /proc\n"
    "  --protect-proc        global files below /proc read-only (for real root)\n"
    "  --sys                 a fresh, read-only /sys\n"
    "  --protect-sys         the /sys that is there, read-only\n"
    "  --dev                 a minimal /dev\n"
    "  --mqueue              POSIX message queues on /dev/mqueue\n"
    "  --tmpfs=DIR           an empty tmpfs over DIR (repeatable)\n"
    "  --directory=DIR       make DIR, open to all, below a covered directory (repeatable)\n"
    "  --keep=PATH           leave PATH visible below a covered directory (repeatable)\n"
    "  --bind=SOURCE, --ro-bind=SOURCE, each followed by --onto=TARGET (repeatable)\n"
    "                        make SOURCE visible at TARGET\n"
    "  --hostname=NAME, --domainname=NAME\n"
    "  --loopback            bring lo up\n"
    "  --low-ports           let every user bind ports below 1024\n"
    "  --status-fd=N         write what happens, one JSON object a line\n"
    "  --lifeline-fd=N       end everything when the other end of N closes\n"
    "  --pass-fd=N           leave descriptor N open in the command (repeatable)\n";

[[noreturn]] void Refuse(const char* what, const char* value) {
  fprintf(stderr, "ns-init: %s: %s\n%s", what, value, kUsage);
  exit(2);
}

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

IdMapLine ParseIdMap(const char* text) {
  IdMapLine line;
  const char* at = text;
  line.inside = ParseNumber(at, ':', &at, text);
  line.outside = ParseNumber(at, ':', &at, text);
  line.count = ParseNumber(at, '\0', nullptr, text);
  return line;
}

int ParseFd(const char* text) {
  const unsigned value = ParseNumber(text, '\0', nullptr, text);
  if (value > 1048576) Refuse("not a descriptor", text);
  return static_cast<int>(value);
}

}  // namespace

const char* NamespaceName(unsigned long flag) {
  for (const NamespaceRow& row : kNamespaces) {
    if (row.flag == flag) return row.name;
  }
  return "?";
}

Options ParseOptions(int argc, char** argv) {
  struct Word {
    const char* name;
    bool takes_value;
    void (*apply)(Options& options, const char* value);
  };
  static constexpr Word kWords[] = {
      {"--unshare", true, [](Options& o, const char* v) { o.namespaces |= ParseNamespaces(v); }},
      {"--try", true, [](Options& o, const char* v) { o.try_namespaces |= ParseNamespaces(v); }},
      {"--uid-map", true, [](Options& o, const char* v) { o.uid_map.push_back(ParseIdMap(v)); }},
      {"--gid-map", true, [](Options& o, const char* v) { o.gid_map.push_back(ParseIdMap(v)); }},
      {"--deny-setgroups", false, [](Options& o, const char*) { o.deny_setgroups = true; }},
      {"--proc", false, [](Options& o, const char*) { o.mount_proc = true; }},
      {"--protect-proc", false, [](Options& o, const char*) { o.protect_proc = true; }},
      {"--sys", false, [](Options& o, const char*) { o.mount_sys = true; }},
      {"--protect-sys", false, [](Options& o, const char*) { o.protect_sys = true; }},
      {"--dev", false, [](Options& o, const char*) { o.minimal_dev = true; }},
      {"--mqueue", false, [](Options& o, const char*) { o.mount_mqueue = true; }},
      {"--tmpfs", true, [](Options& o, const char* v) { o.tmpfs.push_back(v); }},
      {"--directory", true, [](Options& o, const char* v) { o.directories.push_back(v); }},
      {"--keep", true, [](Options& o, const char* v) { o.keep.push_back(v); }},
      {"--bind", true, [](Options& o, const char* v) { o.binds.push_back({v, nullptr, false}); }},
      {"--ro-bind", true, [](Options& o, const char* v) { o.binds.push_back({v, nullptr, true}); }},
      {"--onto", true,
       [](Options& o, const char* v) {
         if (o.binds.empty() || o.binds.back().target != nullptr) Refuse("no --bind before", v);
         o.binds.back().target = v;
       }},
      {"--hostname", true, [](Options& o, const char* v) { o.hostname = v; }},
      {"--domainname", true, [](Options& o, const char* v) { o.domainname = v; }},
      {"--loopback", false, [](Options& o, const char*) { o.loopback = true; }},
      {"--low-ports", false, [](Options& o, const char*) { o.open_low_ports = true; }},
      {"--status-fd", true, [](Options& o, const char* v) { o.status_fd = ParseFd(v); }},
      {"--lifeline-fd", true, [](Options& o, const char* v) { o.lifeline_fd = ParseFd(v); }},
      {"--pass-fd", true, [](Options& o, const char* v) { o.pass_fds.push_back(ParseFd(v)); }},
  };

  Options options;
  int at = 1;
  for (; at < argc && strcmp(argv[at], "--") != 0; ++at) {
    const char* equals = strchr(argv[at], '=');
    const std::string_view name(argv[at],
                                equals ? static_cast<size_t>(equals - argv[at]) : strlen(argv[at]));
    const Word* word = nullptr;
    for (const Word& candidate : kWords) {
      if (name == candidate.name) word = &candidate;
    }
    if (word == nullptr || word->takes_value != (equals != nullptr)) {
      Refuse("unknown option", argv[at]);
    }
    word->apply(options, equals ? equals + 1 : nullptr);
  }
  if (at + 1 >= argc) Refuse("no command", "it goes behind --");
  options.command = argv + at + 1;
  for (const BindLine& bind : options.binds) {
    if (bind.target == nullptr) Refuse("no --onto after the bind of", bind.source);
  }
  options.try_namespaces &= ~options.namespaces;
  return options;
}
