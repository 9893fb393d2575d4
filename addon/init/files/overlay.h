// Inside: overlays. overlayfs, Documentation/filesystems/overlayfs.rst of the kernel
#pragma once

#include <string>
#include <vector>

#include "files/mount_points.h"

// Mounts an overlay and returns 0, or the errno. `upper` and `work` are empty directories of one
// file system.
int MountOverlay(const std::vector<Opened>& lower, const std::string& upper,
                 const std::string& work, const std::string& target);

// An overlay whose upper layer vanishes with the sandbox.
struct Throwaway {
  std::string scratch;   // where its upper layer is made
  std::string name;      // of the upper layer
  std::string target;    // where it is mounted
  std::string shown_at;  // where that is when the root is entered; "" for the root
};

// The same. The upper layer gets owner and mode of the topmost lower one, for they are what the
// merged directory shows.
int MountThrowaway(const char* step, const std::vector<Opened>& lower, const Throwaway& overlay);

// Owner and mode of a directory of the host's, for what stands for it.
void CopyAttributes(const char* step, const struct stat& from, const std::string& to);
