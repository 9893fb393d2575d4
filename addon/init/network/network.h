// Inside: host names and the loopback interface.
#pragma once

#include "network/network_options.h"

void SetNames(const NetworkOptions& options);
void BringUpLoopback();

// After the mounts: the files may be read-only in the host's /proc.
void OpenToUsers();
