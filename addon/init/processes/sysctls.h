// Kernel parameters that belong to a namespace. sysctl(2), network_namespaces(7), ipc_namespaces(7)
#pragma once

#include "processes/process_options.h"

// The CLONE_NEW* flag of the namespace that a parameter belongs to; 0: it is everybody's.
unsigned long SysctlOwner(const char* name);

// Inside.
void WriteSysctls(const ProcessOptions& options);
