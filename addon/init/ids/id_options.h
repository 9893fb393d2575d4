#pragma once

#include <vector>

struct IdMapLine {
  unsigned inside;
  unsigned outside;
  unsigned count;
};

struct IdOptions {
  std::vector<IdMapLine> uid_map;
  std::vector<IdMapLine> gid_map;
  bool deny_setgroups = false;
};
