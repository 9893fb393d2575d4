// Capabilities of the command. capabilities(7)
#pragma once

#include <stdint.h>

#include "processes/process_options.h"
#include "refusal.h"

struct CapabilityPlan {
  bool wanted = false;
  uint64_t bounding = 0;  // what PID 1 has, by number
  uint64_t keep = 0;      // what stays in every set
  uint64_t add = 0;       // what goes into the ambient set, so that any user has it after exec
};

// Name to number, such as "CAP_SYS_ADMIN" or "SYS_ADMIN"; -1 when there is none.
int CapabilityNumber(const char* name);

constexpr uint64_t kAllCapabilities = ~uint64_t{0};

// Inside: fails when something is to be added that is not had.
CapabilityPlan PlanCapabilities(const ProcessOptions& options);

// In the child that becomes the command, in this order around a change of its ids, which would
// otherwise take all of them.
Refusal HoldCapabilities(const CapabilityPlan& plan);
Refusal SetCapabilities(const CapabilityPlan& plan);
