// The cgroups of one sandbox: made before it is, left empty and removed after it. cgroups(7)
#pragma once

#include "limits/limit_options.h"
#include "status.h"

// Outside: makes the groups, removes those that killed supervisors left, and moves us in: so the
// child is a member from its first instruction on, and its cgroup namespace begins there.
void EnterGroups(const LimitOptions& options);

// Outside, after the clone: moves us back, and only then sets the limits, so that they are the
// sandbox's and never ours: a supervisor out of memory could clean nothing up.
StepFailure LeaveGroups(const LimitOptions& options);

// Inside, after the mounts: shows the trees of version 1, where programs look for their limits.
void ShowGroups(const LimitOptions& options);
