// A pair of interfaces, one end on the host, one inside.
#pragma once

#include "network/host_side.h"

// Outside: makes the pair, gives both ends addresses, and the inside its default route.
StepFailure ConnectVeth(const Settings& uplink, const Clone& clone, HostSide* side);
