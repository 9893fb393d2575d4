// Inside: host names and the loopback interface.
#pragma once

#include "options.h"

void SetNames(const Options& options);
void BringUpLoopback();

// After the mounts: the file may be read-only in the host's /proc.
void OpenLowPorts();
