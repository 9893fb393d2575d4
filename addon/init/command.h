// Inside: the process that becomes the command.
#pragma once

#include <sys/types.h>

#include <vector>

#include "ids/credentials.h"
#include "options.h"
#include "processes/capabilities.h"
#include "processes/limits.h"
#include "refusal.h"

// All that the steps need, prepared before: in the child of vfork(2) they do nothing but system
// calls.
struct CommandPlan {
  const Options& options;
  const char* directory;
  const std::vector<Limit>& limits;
  CapabilityPlan capabilities;
  Supervisor supervisor = {};
};

// Turns this process into the command. Returns only when that failed.
Refusal BecomeCommand(const CommandPlan& plan);

// Starts the command as a child and returns its pid.
pid_t StartCommand(const CommandPlan& plan);
