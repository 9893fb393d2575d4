#include "files/read_only_host.h"

#include <sys/mount.h>

#include <vector>

#include "files/read_only.h"

namespace {

constexpr char kStep[] = "make host read-only";

// Where mounts cannot be copied: mounts of their own in place, which are left out.
std::vector<const char*> spared;

}  // namespace

Opened OpenSpared(const char* step, const char* path) {
  Opened opened;
  if (CloneTree(step, path, &opened)) return opened;
  Mount(step, path, path, nullptr, MS_BIND | MS_REC);
  spared.push_back(path);
  return OpenPath(step, path);
}

void MakeHostReadOnly(bool spare_proc) {
  Opened proc = {nullptr, -1, false, false};
  if (spare_proc) proc = OpenSpared(kStep, "/proc");
  Restrict(kStep, "/", kReadOnly, spared);
  if (spare_proc) BindOpened(kStep, proc, "/proc");
}
