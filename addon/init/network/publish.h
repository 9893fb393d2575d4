// Ports of the host that lead into the sandbox.
#pragma once

#include "network/host_side.h"

// Outside: takes the ports and starts the forwarder, which lives inside the sandbox's network but
// outside of its process table.
StepFailure StartPublishing(const std::vector<Settings>& ports, const Clone& clone, HostSide* side);
