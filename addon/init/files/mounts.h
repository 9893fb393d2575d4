// Inside: the mounts of the sandbox, over a private copy of the host's.
#pragma once

#include "files/file_options.h"

// First of all, or as real root every later mount would reach the host: systemd makes / shared.
// `namespaces` are those that were really created.
void SetPropagation(Propagation propagation, unsigned long namespaces);

// Is there anything to do that needs a mount namespace?
bool WantsMounts(const FileOptions& options);

// In the order in which the mounts need each other.
void SetUpMounts(const FileOptions& options, unsigned long namespaces);
