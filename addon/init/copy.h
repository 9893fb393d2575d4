// Inside: the command as a copy of a process that is there already, the fork server.
#pragma once

#include <sys/types.h>

#include "command.h"

// Asks for a copy in our namespaces and returns its pid. It becomes our child: who made it ends.
pid_t StartCopy(const CommandPlan& plan, unsigned long namespaces);
