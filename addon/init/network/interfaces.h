// Inside: links, addresses, routes and neighbours, as the options say.
#pragma once

#include "network/network_options.h"

bool WantsInterfaces(const NetworkOptions& options);
void MakeInterfaces(const NetworkOptions& options);
