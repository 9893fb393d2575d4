#include "status.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

namespace {

int status_fd = -1;

struct Milestone {
  const char* name;
  struct timespec at;
};

constexpr size_t kMostMilestones = 8;
Milestone milestones[kMostMilestones];
size_t reached = 0;

constexpr size_t kMostActs = 2;
void (*at_exit[kMostActs])() = {};
size_t acts = 0;

std::string Quote(const char* text) {
  std::string out = "\"";
  for (const char* at = text; *at != '\0'; ++at) {
    const unsigned char c = static_cast<unsigned char>(*at);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += *at;
    } else if (c < 0x20 || c >= 0x7f) {
      // Paths and command names are bytes, not text: each byte is told as the character of that
      // number.
      char escaped[8];
      snprintf(escaped, sizeof escaped, "\\u%04x", c);
      out += escaped;
    } else {
      out += *at;
    }
  }
  return out + '"';
}

void WriteLine(std::string line) {
  line += '\n';
  const char* at = line.data();
  size_t rest = line.size();
  while (rest > 0) {
    const ssize_t written = write(status_fd, at, rest);
    if (written < 0) {
      if (errno == EINTR) continue;
      return;  // The reader is gone, and with it everybody who could be told.
    }
    at += written;
    rest -= static_cast<size_t>(written);
  }
}

}  // namespace

void SetStatusFd(int fd) { status_fd = fd; }

void AtExit(void (*act)()) {
  if (acts < kMostActs) at_exit[acts++] = act;
}

void ForgetAtExit() { acts = 0; }

void Exit(int code) {
  while (acts > 0) at_exit[--acts]();
  _exit(code);
}

void FailStep(const char* step, const char* subject, int error) {
  if (status_fd == -1) {
    const char* const reason = error == kToldBySubject ? "" : strerror(error);
    fprintf(stderr, "ns-init: step \"%s\" failed: %s%s%s\n", step, reason,
            *reason && *subject ? ": " : "", subject);
  } else {
    WriteLine("{\"type\":\"failed\",\"step\":" + Quote(step) + ",\"subject\":" + Quote(subject) +
              ",\"errno\":" + std::to_string(error) + "}");
  }
  Exit(kSetupFailed);
}

void FailForMemory() {
  // What is done at the end may want memory, too.
  static bool is_failing = false;
  if (is_failing) _exit(kSetupFailed);
  is_failing = true;
  static_assert(ENOMEM == 12);
  static constexpr char kLine[] =
      "{\"type\":\"failed\",\"step\":\"allocate memory\",\"subject\":\"\",\"errno\":12}\n";
  static constexpr char kText[] = "ns-init: step \"allocate memory\" failed\n";
  const ssize_t written = status_fd == -1 ? write(STDERR_FILENO, kText, sizeof kText - 1)
                                          : write(status_fd, kLine, sizeof kLine - 1);
  static_cast<void>(written);
  Exit(kSetupFailed);
}

void ReportMissing(const char* namespace_name, int error) {
  if (status_fd == -1) return;
  WriteLine("{\"type\":\"missing\",\"namespace\":" + Quote(namespace_name) +
            ",\"errno\":" + std::to_string(error) + "}");
}

void ReportFallback(const char* wanted, const char* instead, int error) {
  if (status_fd == -1) return;
  WriteLine("{\"type\":\"fallback\",\"wanted\":" + Quote(wanted) +
            ",\"instead\":" + Quote(instead) + ",\"errno\":" + std::to_string(error) + "}");
}

void Reach(const char* milestone) {
  if (reached == kMostMilestones) return;
  milestones[reached].name = milestone;
  clock_gettime(CLOCK_MONOTONIC, &milestones[reached].at);
  ++reached;
}

void ReportReady(pid_t init) {
  if (status_fd == -1) return;
  std::string line = "{\"type\":\"ready\",\"init\":" + std::to_string(init) + ",\"micros\":{";
  for (size_t i = 0; i < reached; ++i) {
    const auto& [name, at] = milestones[i];
    line += (i == 0 ? "\"" : ",\"") + std::string(name) +
            "\":" + std::to_string(int64_t{at.tv_sec} * 1'000'000 + at.tv_nsec / 1000);
  }
  WriteLine(line + "}}");
}

void ReportExit(const ExitReport& report) {
  if (status_fd == -1) return;
  const auto micros = [](const struct timeval& t) {
    return std::to_string(static_cast<long long>(t.tv_sec) * 1000000 + t.tv_usec);
  };
  const std::string number = std::to_string(report.code_or_signal);
  std::string line = "{\"type\":\"exited\",\"code\":" + (report.signaled ? "null" : number) +
                     ",\"signal\":" + (report.signaled ? number : "null") +
                     ",\"userMicros\":" + micros(report.usage.ru_utime) +
                     ",\"systemMicros\":" + micros(report.usage.ru_stime) +
                     ",\"maxRssKib\":" + std::to_string(report.usage.ru_maxrss) + ",\"left\":[";
  const char* separator = "";
  for (const LeftProcess& process : report.left) {
    line += separator;
    line += "{\"pid\":" + std::to_string(process.pid) +
            ",\"command\":" + Quote(process.command.c_str()) + "}";
    separator = ",";
  }
  line += "],\"writtenCount\":" + std::to_string(report.written.count) + ",\"written\":[";
  separator = "";
  for (const WrittenFile& file : report.written.first) {
    line += separator;
    line += "{\"path\":" + Quote(file.path.c_str()) +
            ",\"isRemoved\":" + (file.is_removed ? "true" : "false") + "}";
    separator = ",";
  }
  WriteLine(line + "]}");
}

void ReportCounters(const std::vector<Counter>& counters) {
  if (status_fd == -1) return;
  std::string line = "{\"type\":\"used\"";
  for (const Counter& counter : counters) {
    line += std::string(",\"") + counter.name + "\":" + std::to_string(counter.value);
  }
  WriteLine(line + "}");
}

void ReportKept() {
  if (status_fd != -1) WriteLine("{\"type\":\"kept\"}");
}

void ReportInitKilled(int signal) {
  if (status_fd == -1) return;
  WriteLine("{\"type\":\"init-killed\",\"signal\":" + std::to_string(signal) + "}");
}
