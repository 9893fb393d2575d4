// Inside: a root file system of the sandbox's own.
#pragma once

#include "files/file_options.h"

// Builds the root that is asked for and makes it "/". The host's stays within reach, by HostPath,
// until LeaveHost.
void EnterRoot(const FileOptions& options);

// From here on nothing leads to the host's tree but what was bound.
void LeaveHost();
