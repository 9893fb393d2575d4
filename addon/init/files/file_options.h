#pragma once

#include <vector>

struct BindLine {
  const char* source;
  const char* target;
  bool readonly;
};

struct FileOptions {
  bool mount_proc = false;
  bool protect_proc = false;
  bool mount_sys = false;
  bool protect_sys = false;
  bool minimal_dev = false;
  bool mount_mqueue = false;
  std::vector<const char*> tmpfs;        // directories to cover
  std::vector<const char*> directories;  // to make, below a covered directory
  std::vector<const char*> keep;         // paths below them that stay visible
  std::vector<BindLine> binds;           // in order, after everything else
};
