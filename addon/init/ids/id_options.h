#pragma once

#include <sys/types.h>

#include <optional>
#include <vector>

struct IdMapLine {
  unsigned inside;
  unsigned outside;
  unsigned count;
};

struct InitIds {
  uid_t uid;
  gid_t gid;
};

struct IdOptions {
  std::vector<IdMapLine> uid_map;
  std::vector<IdMapLine> gid_map;
  bool deny_setgroups = false;
  // Programs that write the maps in our place; nullptr: we do.
  const char* newuidmap = nullptr;
  const char* newgidmap = nullptr;
  // What PID 1 becomes, when its own ids are not mapped.
  std::optional<InitIds> init;
  // Whom the command runs as, and what that user has to be able to read.
  std::optional<uid_t> uid;
  std::optional<gid_t> gid;
  bool clear_groups = false;
  std::vector<const char*> readable;
};
