// Inside: the mounts of the sandbox, over a private copy of the host's.
#pragma once

#include <vector>

#include "files/file_options.h"
#include "files/mount_points.h"

// First of all, or as real root every later mount would reach the host: systemd makes / shared.
// `namespaces` are those that were really created.
void SetPropagation(Propagation propagation, unsigned long namespaces);

// Is there anything to do that needs a mount namespace?
bool WantsMounts(const FileOptions& options);

// What is taken from the host, opened before anything of it is covered.
struct FromHost {
  std::vector<Opened> kept;
  std::vector<Opened> lent;
  std::vector<std::vector<Opened>> sources;  // of each mount line
  Opened null = {nullptr, -1, false, false};
};

// As whoever made the sandbox: PID 1 may become somebody who could not reach it.
FromHost OpenFromHost(const FileOptions& options);

// In the order in which the mounts need each other.
void SetUpMounts(const FileOptions& options, const FromHost& host, unsigned long namespaces);
