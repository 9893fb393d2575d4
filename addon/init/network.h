// Inside: host names and the loopback interface.
#pragma once

#include "options.h"

void SetNames(const Options& options);
void SetUpNetwork(const Options& options);
