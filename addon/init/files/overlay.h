// Inside: overlays. overlayfs, Documentation/filesystems/overlayfs.rst of the kernel
#pragma once

#include <string>
#include <vector>

#include "files/mount_points.h"

// Mounts an overlay and returns 0, or the errno. `upper` and `work` are empty directories of one
// file system.
int MountOverlay(const std::vector<Opened>& lower, const std::string& upper,
                 const std::string& work, const std::string& target);

// The same, over a scratch directory whose upper layer is made here, as `name`. It gets owner and
// mode of the topmost lower layer, for they are what the merged directory shows.
int MountThrowaway(const char* step, const std::vector<Opened>& lower, const std::string& scratch,
                   const std::string& name, const std::string& target);

// Owner and mode of a directory of the host's, for what stands for it.
void CopyAttributes(const char* step, const struct stat& from, const std::string& to);
