#pragma once

#include <linux/filter.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include <optional>
#include <vector>

// One half of a resource limit, as it is asked for. getrlimit(2)
struct LimitValue {
  enum class Kind { kKept, kSoft, kHard, kNumber } kind = Kind::kKept;
  rlim_t number = 0;  // RLIM_INFINITY: unlimited
};

struct LimitRequest {
  int resource;
  const char* name;
  LimitValue soft;
  LimitValue hard;
};

// A clock of the time namespace, moved. time_namespaces(7)
struct ClockOffset {
  int64_t seconds;
  uint32_t nanos;
};

struct SysctlLine {
  const char* name;   // with dots, as sysctl(8) prints it
  const char* value;  // may be empty
};

// How the command runs, and how it ends. Nothing of it is for ns-init itself, which has to reap and
// to kill whatever the command may do.
struct ProcessOptions {
  bool as_pid_1 = false;
  bool new_session = true;
  bool attended = false;            // the caller waits, and has what a terminal sends
  const char* directory = nullptr;  // nullptr: where ns-init was started
  std::optional<mode_t> umask;
  std::vector<LimitRequest> limits;
  uint64_t add_capabilities = 0;  // one bit each, 1 << CAP_*
  uint64_t drop_capabilities = 0;
  bool no_new_privileges = false;
  std::vector<struct sock_filter> filter;   // seccomp(2); empty: none
  uint64_t forward_signals = ~uint64_t{0};  // 1 << (number - 1)
  int kill_signal = 15;
  int kill_delay = 0;  // milliseconds; 0: SIGKILL at once
  std::optional<ClockOffset> monotonic;
  std::optional<ClockOffset> boottime;
  std::vector<SysctlLine> sysctls;
};
