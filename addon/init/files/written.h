// Inside: what is written to a root, or to overlays, that vanish with the sandbox.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

struct WrittenFile {
  std::string path;
  bool is_removed;
};

// The first few, and how many there are in all.
struct WrittenFiles {
  std::vector<WrittenFile> first;
  std::size_t count = 0;
};

// Keeps a directory within reach that takes what is written to `shown_at`, "" for the root: the
// upper layer of an overlay, or a tmpfs.
void WatchWrites(const char* step, const std::string& directory, const std::string& shown_at);

// Set-up is done: what is there by now does not count.
void BeginWatching();

// What has come since.
WrittenFiles ListWritten();
