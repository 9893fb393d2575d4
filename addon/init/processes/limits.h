// Resource limits of the command. setrlimit(2)
#pragma once

#include <sys/resource.h>

#include <vector>

#include "processes/process_options.h"
#include "refusal.h"

struct Limit {
  int resource;
  const char* name;
  struct rlimit values;
};

// Outside, before anything is made: what the words mean here. A hard limit is raised here too, on
// ourselves: a user namespace gives nobody the right to it. capabilities(7), CAP_SYS_RESOURCE
std::vector<Limit> ResolveLimits(const ProcessOptions& options);

// In the child that becomes the command.
Refusal SetLimits(const std::vector<Limit>& limits);
