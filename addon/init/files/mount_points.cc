#include "files/mount_points.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "kernel.h"
#include "status.h"

namespace {

bool host_is_working_directory = false;

std::vector<dev_t> own_file_systems;

// A name below /usr is not at or below /us.
bool IsAtOrBelow(const std::string& path, const std::string& directory) {
  return path == directory || path.compare(0, directory.size() + 1, directory + '/') == 0;
}

void RequireOwn(const char* step, const std::string& directory, const std::string& path) {
  if (!IsOwn(step, directory)) FailStep(step, path.c_str(), ENOENT);
}

// Where a link that leads nowhere would lead.
std::string LinkTarget(const char* step, const std::string& link) {
  char text[PATH_MAX];
  const ssize_t size = readlink(link.c_str(), text, sizeof text);
  if (size == -1) FailStep(step, link.c_str(), errno);
  const std::string target(text, static_cast<size_t>(size));
  return target[0] == '/' ? target : link.substr(0, link.rfind('/') + 1) + target;
}

void MakeThrough(const char* step, const std::string& whole, bool is_directory, int links_left) {
  struct stat status;
  for (size_t slash = whole.find('/', 1);; slash = whole.find('/', slash + 1)) {
    const std::string part = whole.substr(0, slash);
    const bool is_last = slash == std::string::npos;
    if (lstat(part.c_str(), &status) == -1) {
      if (errno != ENOENT) FailStep(step, whole.c_str(), errno);
      RequireOwn(step, part.substr(0, part.rfind('/') + 1), whole);
      if (is_last && !is_directory) {
        MakeFile(step, part.c_str());
      } else {
        MakeDirectory(part, 0755);
      }
    } else if (S_ISLNK(status.st_mode) && stat(part.c_str(), &status) == -1) {
      // As systemd's /etc/resolv.conf, which leads into a /run that is another now.
      if (errno != ENOENT || links_left == 0) FailStep(step, whole.c_str(), errno);
      MakeThrough(step, LinkTarget(step, part), !is_last || is_directory, links_left - 1);
    }
    if (is_last) return;
  }
}

}  // namespace

void Mount(const char* step, const char* source, const char* target, const char* type,
           unsigned long flags, const char* data) {
  if (mount(source, target, type, flags, data) == -1) FailStep(step, target, errno);
}

void MakeDirectory(const std::string& path, mode_t mode) {
  if (mkdir(path.c_str(), mode) == -1 && errno != EEXIST) {
    FailStep("make directory", path.c_str(), errno);
  }
}

void MakeFile(const char* step, const char* path) {
  // One call instead of open and close. mknod(2)
  if (mknod(path, S_IFREG | 0644, 0) == -1) FailStep(step, path, errno);
}

void HostIsWorkingDirectory(bool yes) { host_is_working_directory = yes; }

const char* HostPath(const char* path) { return host_is_working_directory ? path + 1 : path; }

void RememberOwn(const char* step, const char* path) {
  struct stat status;
  if (stat(path, &status) == -1) FailStep(step, path, errno);
  own_file_systems.push_back(status.st_dev);
}

bool IsOwn(const char* step, const std::string& directory) {
  struct stat status;
  if (stat(directory.c_str(), &status) == -1) FailStep(step, directory.c_str(), errno);
  for (const dev_t own : own_file_systems) {
    if (status.st_dev == own) return true;
  }
  return false;
}

void MakeMountPoint(const char* step, const std::string& path, bool is_directory) {
  constexpr int kMaxLinks = 40;  // as the kernel's own limit. path_resolution(7)
  MakeThrough(step, path, is_directory, kMaxLinks);
}

bool IsMissing(const char* step, const char* path) {
  struct stat status;
  if (lstat(path, &status) == 0) return false;
  if (errno != ENOENT) FailStep(step, path, errno);
  return true;
}

Opened OpenPath(const char* step, const char* path) {
  Opened opened = {path, open(path, O_PATH | O_CLOEXEC), false, false};
  struct stat status;
  if (opened.fd == -1 || fstat(opened.fd, &status) == -1) FailStep(step, path, errno);
  opened.is_directory = S_ISDIR(status.st_mode);
  return opened;
}

bool CloneTree(const char* step, const char* path, Opened* opened) {
  const long fd = syscall(SYS_open_tree, AT_FDCWD, path,
                          static_cast<unsigned>(kOpenTreeClone | AT_RECURSIVE | O_CLOEXEC));
  if (fd == -1 && errno == ENOSYS) return false;
  struct stat status;
  if (fd == -1 || fstat(static_cast<int>(fd), &status) == -1) FailStep(step, path, errno);
  *opened = {path, static_cast<int>(fd), S_ISDIR(status.st_mode), true};
  return true;
}

// What the host's user namespace mounted comes in one piece or not at all (EINVAL), hence MS_REC.
// mount_namespaces(7)
void BindOpened(const char* step, const Opened& opened, const char* target) {
  MakeMountPoint(step, target, opened.is_directory);
  if (!opened.is_detached) {
    Mount(step, PathOf(opened).c_str(), target, nullptr, MS_BIND | MS_REC);
  } else if (syscall(SYS_move_mount, opened.fd, "", AT_FDCWD, target, kMoveMountFromDescriptor) ==
             -1) {
    FailStep(step, target, errno);
  }
  close(opened.fd);
}

std::string PathOf(const Opened& opened) {
  return HostPath("/proc/self/fd/") + std::to_string(opened.fd);
}

Scratch::Scratch(const char* step, const char* target)
    : step_(step), directory_(IsAtOrBelow(target, "/sys") ? "/dev" : "/sys") {
  Mount(step, "tmpfs", directory_, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755");
}

Scratch::~Scratch() {
  if (umount2(directory_, MNT_DETACH) == -1) FailStep(step_, directory_, errno);
}

std::string Scratch::Path(const char* name) const { return std::string(directory_) + '/' + name; }
