#include "words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "options.h"
#include "processes/capabilities.h"

namespace {

constexpr struct {
  const char* name;
  int number;
} kLimits[] = {
    {"cpu", RLIMIT_CPU},           {"fsize", RLIMIT_FSIZE},
    {"data", RLIMIT_DATA},         {"stack", RLIMIT_STACK},
    {"core", RLIMIT_CORE},         {"rss", RLIMIT_RSS},
    {"nproc", RLIMIT_NPROC},       {"nofile", RLIMIT_NOFILE},
    {"memlock", RLIMIT_MEMLOCK},   {"as", RLIMIT_AS},
    {"locks", RLIMIT_LOCKS},       {"sigpending", RLIMIT_SIGPENDING},
    {"msgqueue", RLIMIT_MSGQUEUE}, {"nice", RLIMIT_NICE},
    {"rtprio", RLIMIT_RTPRIO},     {"rttime", RLIMIT_RTTIME},
};

// The part up to the next `end`, which `rest` then starts behind.
std::string_view Cut(std::string_view* rest, char end) {
  const size_t at = rest->find(end);
  const std::string_view part = rest->substr(0, at);
  *rest = at == std::string_view::npos ? std::string_view() : rest->substr(at + 1);
  return part;
}

// Reads digits and nothing else.
uint64_t ParseDigits(std::string_view text, const char* whole) {
  const std::string digits(text);
  char* stop = nullptr;
  errno = 0;
  const unsigned long long value = strtoull(digits.c_str(), &stop, 10);
  if (digits.empty() || digits[0] < '0' || digits[0] > '9' || *stop != '\0' || errno != 0) {
    Refuse("not a number in", whole);
  }
  return value;
}

LimitValue ParseLimitValue(std::string_view text, const char* whole) {
  using Kind = LimitValue::Kind;
  if (text.empty()) return {Kind::kKept};
  if (text == "soft") return {Kind::kSoft};
  if (text == "hard") return {Kind::kHard};
  if (text == "unlimited") return {Kind::kNumber, RLIM_INFINITY};
  return {Kind::kNumber, ParseDigits(text, whole)};
}

LimitRequest ParseLimit(const char* whole) {
  std::string_view rest(whole);
  const std::string_view name = Cut(&rest, ':');
  for (const auto& row : kLimits) {
    if (name != row.name) continue;
    const std::string_view soft = Cut(&rest, ':');
    return {row.number, row.name, ParseLimitValue(soft, whole), ParseLimitValue(rest, whole)};
  }
  Refuse("unknown limit in", whole);
}

uint64_t ParseCapability(const char* name) {
  if (strcmp(name, "ALL") == 0) return kAllCapabilities;
  const int number = CapabilityNumber(name);
  if (number == -1) Refuse("unknown capability", name);
  return uint64_t{1} << number;
}

mode_t ParseUmask(const char* text) {
  char* stop = nullptr;
  const unsigned long value = strtoul(text, &stop, 8);
  if (*text < '0' || *text > '7' || *stop != '\0' || value > 0777) Refuse("not a mask", text);
  return static_cast<mode_t>(value);
}

// Two hexadecimal digits a byte, as the instructions lie in memory.
std::vector<struct sock_filter> ParseFilter(const char* text) {
  const size_t digits = strlen(text);
  const size_t size = digits / 2;
  const size_t count = size / sizeof(struct sock_filter);
  if (count == 0 || count > BPF_MAXINSNS || count * sizeof(struct sock_filter) * 2 != digits) {
    Refuse("not a filter", text);
  }
  std::vector<struct sock_filter> filter(count);
  unsigned char* const bytes = reinterpret_cast<unsigned char*>(filter.data());
  for (size_t i = 0; i < size; ++i) {
    const char pair[] = {text[2 * i], text[2 * i + 1], '\0'};
    char* stop = nullptr;
    bytes[i] = static_cast<unsigned char>(strtoul(pair, &stop, 16));
    if (stop != pair + 2) Refuse("not a filter", text);
  }
  return filter;
}

int ParseSignal(std::string_view text, const char* whole) {
  const uint64_t number = ParseDigits(text, whole);
  if (number < 1 || number > 64) Refuse("not a signal in", whole);
  return static_cast<int>(number);
}

uint64_t ParseSignals(const char* whole) {
  uint64_t signals = 0;
  for (std::string_view rest(whole); !rest.empty();) {
    signals |= uint64_t{1} << (ParseSignal(Cut(&rest, ','), whole) - 1);
  }
  return signals;
}

ClockOffset ParseOffset(const char* whole) {
  std::string_view rest(whole);
  const bool negative = !rest.empty() && rest.front() == '-';
  if (negative) rest.remove_prefix(1);
  const int64_t seconds = static_cast<int64_t>(ParseDigits(Cut(&rest, ':'), whole));
  const uint64_t nanos = ParseDigits(rest, whole);
  if (nanos > 999'999'999) Refuse("not nanoseconds in", whole);
  return {negative ? -seconds : seconds, static_cast<uint32_t>(nanos)};
}

// Options point into the command line, so the name ends where "=" was.
SysctlLine ParseSysctl(const char* text) {
  char* const equals = const_cast<char*>(strchr(text, '='));
  if (equals == nullptr) Refuse("no value for", text);
  *equals = '\0';
  return {text, equals + 1};
}

constexpr Word kWords[] = {
    {"--as-pid-1", nullptr, "the command itself is PID 1",
     [](Options& o, const char*) { o.processes.as_pid_1 = true; }},
    {"--keep-session", nullptr, "stay in the session, and at the terminal, of the caller",
     [](Options& o, const char*) { o.processes.new_session = false; }},
    {"--attended", nullptr,
     "the caller passes signals on, and lends the terminal to the command, as a shell to a job",
     [](Options& o, const char*) { o.processes.attended = true; }},
    {"--chdir", "DIR", "the command's working directory",
     [](Options& o, const char* v) { o.processes.directory = v; }},
    {"--umask", "OCTAL", "the command's file mode creation mask",
     [](Options& o, const char* v) { o.processes.umask = ParseUmask(v); }},
    {"--rlimit", "NAME:SOFT:HARD",
     "a limit of the command: a number, unlimited, soft, hard, or empty for as it is (repeatable)",
     [](Options& o, const char* v) { o.processes.limits.push_back(ParseLimit(v)); }},
    {"--cap-add", "NAME", "a capability that the command has whoever it runs as; ALL (repeatable)",
     [](Options& o, const char* v) { o.processes.add_capabilities |= ParseCapability(v); }},
    {"--cap-drop", "NAME", "a capability that the command cannot have; ALL (repeatable)",
     [](Options& o, const char* v) { o.processes.drop_capabilities |= ParseCapability(v); }},
    {"--no-new-privs", nullptr, "no privileges by setuid programs",
     [](Options& o, const char*) { o.processes.no_new_privileges = true; }},
    {"--seccomp", "HEX", "a filter of system calls: a BPF program",
     [](Options& o, const char* v) { o.processes.filter = ParseFilter(v); }},
    {"--forward-signals", "LIST", "only these signals reach the command, by number",
     [](Options& o, const char* v) { o.processes.forward_signals = ParseSignals(v); }},
    {"--kill-signal", "N", "what is sent first when all has to end",
     [](Options& o, const char* v) { o.processes.kill_signal = ParseSignal(v, v); }},
    {"--kill-delay", "MS", "how long after it SIGKILL follows; 0: at once",
     [](Options& o, const char* v) {
       o.processes.kill_delay = static_cast<int>(std::min(ParseDigits(v, v), uint64_t{0x7fffffff}));
     }},
    {"--monotonic", "SECS:NANOS", "moves the monotonic clock of the time namespace",
     [](Options& o, const char* v) { o.processes.monotonic = ParseOffset(v); }},
    {"--boottime", "SECS:NANOS", "the same for the boot-time clock",
     [](Options& o, const char* v) { o.processes.boottime = ParseOffset(v); }},
    {"--sysctl", "NAME=VALUE", "a kernel parameter of a namespace that is created (repeatable)",
     [](Options& o, const char* v) { o.processes.sysctls.push_back(ParseSysctl(v)); }},
};

}  // namespace

std::span<const Word> ProcessWords() { return kWords; }
