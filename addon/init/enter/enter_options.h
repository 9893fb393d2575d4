#pragma once

#include <vector>

struct EnterOptions {
  std::vector<int> namespaces;  // descriptors, setns(2)
};
