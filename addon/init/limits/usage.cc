#include "limits/usage.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "status.h"

namespace {

// Version 2 first, then version 1. Kernels differ in which of them they have.
constexpr struct {
  const char* name;
  const char* file;
  const char* key;  // the line that begins with it; nullptr: the file is one number
} kCounters[] = {
    {"memoryPeak", "memory.peak", nullptr},
    {"memoryPeak", "memory.max_usage_in_bytes", nullptr},
    {"oomKills", "memory.events", "oom_kill "},
    {"oomKills", "memory.oom_control", "oom_kill "},
    {"pidsPeak", "pids.peak", nullptr},
    {"pidsRefused", "pids.events", "max "},
    {"cpuThrottled", "cpu.stat", "nr_throttled "},
};

std::string ReadText(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd == -1) return "";
  char buffer[1024];
  const ssize_t size = read(fd, buffer, sizeof buffer);
  close(fd);
  return size > 0 ? std::string(buffer, static_cast<size_t>(size)) : "";
}

// Where the number begins, or nullptr.
const char* FindNumber(const std::string& text, const char* key) {
  if (text.empty()) return nullptr;
  if (key == nullptr) return text.c_str();
  const size_t length = strlen(key);
  for (size_t at = 0; at != std::string::npos; at = text.find('\n', at)) {
    if (at != 0) ++at;
    if (text.compare(at, length, key) == 0) return text.c_str() + at + length;
  }
  return nullptr;
}

}  // namespace

void ReportUsage(const std::vector<std::string>& groups) {
  std::vector<Counter> counters;
  for (const std::string& group : groups) {
    for (const auto& row : kCounters) {
      const std::string text = ReadText(group + '/' + row.file);
      const char* const number = FindNumber(text, row.key);
      if (number != nullptr) counters.push_back({row.name, strtoull(number, nullptr, 10)});
    }
  }
  ReportCounters(counters);
}
