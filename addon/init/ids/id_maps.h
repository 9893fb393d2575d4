// The id maps of a new user namespace, which only the outside may write.
#pragma once

#include <sys/types.h>

#include "ids/id_options.h"
#include "status.h"

// Outside: writes the child's maps, or has them written. Gives up when the lifeline closes.
StepFailure WriteIdMaps(const IdOptions& options, pid_t child, int lifeline_fd);
