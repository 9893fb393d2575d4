#include "processes/limits.h"

#include <errno.h>

#include <string>

#include "status.h"

namespace {

std::string Text(rlim_t value) {
  return value == RLIM_INFINITY ? "unlimited" : std::to_string(value);
}

rlim_t Resolve(const LimitValue& asked, rlim_t kept, const struct rlimit& now) {
  switch (asked.kind) {
    case LimitValue::Kind::kKept:
      return kept;
    case LimitValue::Kind::kSoft:
      return now.rlim_cur;
    case LimitValue::Kind::kHard:
      return now.rlim_max;
    case LimitValue::Kind::kNumber:
      return asked.number;
  }
  return kept;
}

}  // namespace

std::vector<Limit> ResolveLimits(const ProcessOptions& options) {
  std::vector<Limit> limits;
  for (const LimitRequest& asked : options.limits) {
    const std::string name(asked.name);
    struct rlimit now;
    if (getrlimit(static_cast<__rlimit_resource_t>(asked.resource), &now) == -1) {
      FailStep("read limit", asked.name, errno);
    }
    const rlim_t hard = Resolve(asked.hard, now.rlim_max, now);
    // A hard limit that is lowered below the soft one takes it along.
    const rlim_t soft = Resolve(asked.soft, now.rlim_cur < hard ? now.rlim_cur : hard, now);
    if (soft > hard) {
      FailStep("set limit",
               (name + ": " + Text(soft) + " is above the hard limit " + Text(hard)).c_str(),
               EINVAL);
    }
    if (hard > now.rlim_max) {
      const struct rlimit raised = {now.rlim_cur, hard};
      if (setrlimit(static_cast<__rlimit_resource_t>(asked.resource), &raised) == -1) {
        const int error = errno;
        FailStep(
            "raise limit",
            (name + ": " + Text(hard) + " is above the hard limit " + Text(now.rlim_max)).c_str(),
            error);
      }
    }
    limits.push_back({asked.resource, asked.name, {soft, hard}});
  }
  return limits;
}

Refusal SetLimits(const std::vector<Limit>& limits) {
  for (const Limit& limit : limits) {
    if (setrlimit(static_cast<__rlimit_resource_t>(limit.resource), &limit.values) == -1) {
      return {"set limit", limit.name, errno};
    }
  }
  return {};
}
