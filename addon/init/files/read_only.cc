#include "files/read_only.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "files/mount_points.h"
#include "kernel.h"
#include "status.h"

namespace {

// Flags of a mount that came from the host are locked: left out of a remount, the kernel answers
// EPERM. The ST_ and MS_ constants of these are the same numbers. mount_namespaces(7), statvfs(3)
bool ReadFlags(const char* target, unsigned long* flags) {
  struct statvfs status;
  if (statvfs(target, &status) == -1) return false;
  *flags =
      status.f_flag & (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME);
  return true;
}

bool Remount(const char* target, unsigned long attributes) {
  unsigned long flags;
  return ReadFlags(target, &flags) &&
         mount(nullptr, target, nullptr, MS_REMOUNT | MS_BIND | flags | attributes, nullptr) == 0;
}

bool IsBelow(const std::string& path, const char* directory) {
  const size_t size = strcmp(directory, "/") == 0 ? 0 : strlen(directory);
  return path.size() > size + 1 && path.compare(0, size, directory, size) == 0 && path[size] == '/';
}

bool IsSpared(const std::string& path, const std::vector<const char*>& spared) {
  for (const char* each : spared) {
    if (path == each || IsBelow(path, each)) return true;
  }
  return false;
}

// Blanks, newlines and backslashes are written as three octal digits: \040.
// proc_pid_mountinfo(5)
std::string Decode(const char* text, size_t size) {
  std::string decoded;
  for (size_t i = 0; i < size; ++i) {
    if (text[i] == '\\' && i + 3 < size) {
      decoded += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
                                   (text[i + 3] - '0'));
      i += 3;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

// Mounts that are hidden, of an automounter or of a server that is gone cannot be remounted, and
// are out of reach as well. The same six as in bazel's linux-sandbox.
bool IsOutOfReach(int error) {
  return error == EACCES || error == EPERM || error == EINVAL || error == ENOENT ||
         error == ESTALE || error == ENODEV;
}

}  // namespace

std::vector<std::string> MountPoints(const char* step) {
  const char* const path = HostPath("/proc/self/mountinfo");
  FILE* file = fopen(path, "re");
  if (file == nullptr) FailStep(step, path, errno);
  std::vector<std::string> points;
  char* line = nullptr;
  size_t capacity = 0;
  while (getline(&line, &capacity, file) != -1) {
    const char* at = line;
    for (int field = 0; field < 4 && at != nullptr; ++field) {
      at = strchr(at, ' ');
      if (at != nullptr) ++at;
    }
    if (at != nullptr) points.push_back(Decode(at, strcspn(at, " ")));
  }
  if (!feof(file)) FailStep(step, path, errno);
  free(line);
  fclose(file);
  return points;
}

void Restrict(const char* step, const char* target, unsigned long attributes,
              const std::vector<const char*>& spared) {
  MountAttributes set = {};
  set.set = attributes;
  if (spared.empty()) {
    if (syscall(SYS_mount_setattr, AT_FDCWD, target, AT_RECURSIVE, &set, sizeof set) == 0) return;
    if (errno != ENOSYS) FailStep(step, target, errno);
  }
  // Before Linux 5.12 it is a remount, one mount at a time. mount_setattr(2)
  if (!Remount(target, attributes)) FailStep(step, target, errno);
  for (const std::string& point : MountPoints(step)) {
    if (!IsBelow(point, target) || IsSpared(point, spared)) continue;
    if (!Remount(point.c_str(), attributes) && !IsOutOfReach(errno)) {
      FailStep(step, point.c_str(), errno);
    }
  }
}

void MakeOneReadOnly(const char* step, const char* target) {
  if (!Remount(target, kReadOnly)) FailStep(step, target, errno);
}

void BindReadOnly(const char* step, const char* path) {
  if (mount(path, path, nullptr, MS_BIND | MS_REC, nullptr) == 0) {
    Restrict(step, path, kReadOnly);
  } else if (errno != ENOENT) {
    FailStep(step, path, errno);
  }
}
