// What the command, and all that it starts, can never get back. prctl(2), seccomp(2)
#pragma once

#include "processes/process_options.h"
#include "refusal.h"

// Both in the child that becomes the command.
Refusal ForbidNewPrivileges(const ProcessOptions& options);

// The last step before exec: the filter is in force from then on.
Refusal InstallFilter(const ProcessOptions& options);
