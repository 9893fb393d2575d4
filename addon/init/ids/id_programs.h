// newuidmap(1) and newgidmap(1): set-user-ID programs that write the maps which the kernel would
// not take from an ordinary user, when /etc/subuid and /etc/subgid allot him the ids.
#pragma once

#include <sys/types.h>

#include <vector>

#include "ids/id_options.h"
#include "status.h"

// Outside: runs one of them for the child, until it ends or the lifeline closes. What it says on
// standard error is the failure's subject.
StepFailure RunIdProgram(const char* program, const std::vector<IdMapLine>& map, pid_t child,
                         int lifeline_fd);
