// pasta and slirp4netns: a way out for those who may not change the host's network.
#pragma once

#include "network/host_side.h"

bool WantsUplinkProgram(const NetworkOptions& options);

// Outside: starts the program on the child's namespaces.
StepFailure StartUplinkProgram(const Settings& uplink, const Clone& clone, HostSide* side);

// Inside: waits until the interface is there with an address and a default route. Ends when `go` or
// the lifeline closes.
void WaitForUplink(const Settings& uplink, int go, int lifeline_fd);
