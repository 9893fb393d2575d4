#pragma once

#include <string>
#include <vector>

struct LimitFile {
  std::string name;
  const char* value;
};

struct GroupLine {
  const char* parent;          // the cgroup in which ours is made
  const char* home = nullptr;  // has to be given: the supervisor's own, to which he returns
  std::vector<LimitFile> files;
  const char* show = nullptr;  // controllers of version 1, for a mount inside
};

struct LimitOptions {
  std::vector<GroupLine> groups;
};
