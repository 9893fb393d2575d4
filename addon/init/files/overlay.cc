#include "files/overlay.h"

#include <errno.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files/written.h"
#include "status.h"

void CopyAttributes(const char* step, const struct stat& from, const std::string& to) {
  // An owner who is not mapped cannot be had (EINVAL), and neither can another with one id only
  // (EPERM): then it is ours, as all that is made inside is. Never through a link: that would be
  // the host's.
  if (lchown(to.c_str(), from.st_uid, from.st_gid) == -1 && errno != EINVAL && errno != EPERM) {
    FailStep(step, to.c_str(), errno);
  }
  if (!S_ISLNK(from.st_mode) && chmod(to.c_str(), from.st_mode & 07777) == -1) {
    FailStep(step, to.c_str(), errno);
  }
}

int MountOverlay(const std::vector<Opened>& lower, const std::string& upper,
                 const std::string& work, const std::string& target) {
  // By descriptor: a path may hold the colons and commas that mean something here, and it may lie
  // under what is covered by now.
  std::string data = "lowerdir=";
  const char* separator = "";
  for (const Opened& layer : lower) {
    data += separator;
    data += PathOf(layer);
    separator = ":";
  }
  data += ",upperdir=" + upper + ",workdir=" + work;
  // In a user namespace its marks have to be user.* attributes. Kernels before 5.11 do not know the
  // word (EINVAL), and refuse overlays there anyway.
  for (const char* marks : {",userxattr", ""}) {
    if (mount("overlay", target.c_str(), "overlay", 0, (data + marks).c_str()) == 0) return 0;
    if (errno != EINVAL) break;
  }
  return errno;
}

int MountThrowaway(const char* step, const std::vector<Opened>& lower, const Throwaway& overlay) {
  const std::string upper = overlay.scratch + "/upper" + overlay.name;
  const std::string work = overlay.scratch + "/work" + overlay.name;
  MakeDirectory(upper, 0755);
  MakeDirectory(work, 0755);
  struct stat status;
  if (fstat(lower.front().fd, &status) == -1) FailStep(step, lower.front().path, errno);
  CopyAttributes(step, status, upper);
  const int error = MountOverlay(lower, upper, work, overlay.target);
  if (error == 0) WatchWrites(step, upper, overlay.shown_at);
  return error;
}
