// Creating the namespaces.
#pragma once

#include <sys/types.h>

#include "options.h"

struct Clone {
  pid_t pid;  // 0 in the child, which is inside
  // CLONE_NEWTIME where clone3(2) is missing, or its clocks are moved: the child makes it itself.
  unsigned long unshare_later;
  unsigned long namespaces;  // what was really created
};

// Outside, before the clone: enters the namespaces that exist. Processes cloned after are in them,
// of PID and time namespaces too, which for ourselves stay as they are. setns(2)
void JoinNamespaces(const Options& options);

// Outside, and inside in the child. Tried namespaces that cannot be had are reported and left out.
Clone CloneIntoNamespaces(const Options& options);
