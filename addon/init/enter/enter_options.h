#pragma once

#include <vector>

struct EnterOptions {
  std::vector<int> namespaces;  // descriptors, setns(2)
  std::vector<int> groups;      // descriptors of cgroup.procs
  int root = -1;                // a directory's descriptor; -1: that of the mount namespace
};
