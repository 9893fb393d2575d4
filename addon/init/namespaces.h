// Creating the namespaces, and the id maps that only the outside may write.
#pragma once

#include <sys/types.h>

#include <string>

#include "options.h"

struct Clone {
  pid_t pid;  // 0 in the child, which is inside
  // CLONE_NEWTIME where clone3(2) is missing: the child has to unshare it itself, for its children.
  unsigned long unshare_later;
  unsigned long namespaces;  // what was really created
};

// Outside, and inside in the child. Tried namespaces that cannot be had are reported and left out.
Clone CloneIntoNamespaces(const Options& options);

// A step outside that failed. Whether it is to be reported depends on the child: see main.cc.
struct StepFailure {
  std::string step;
  std::string subject;
  int error = 0;  // 0: it did not fail
};

// Outside: writes the child's maps.
StepFailure WriteIdMaps(const Options& options, pid_t child);
