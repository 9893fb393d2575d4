#include "files/host_overlay.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "files/mount_points.h"
#include "files/overlay.h"
#include "files/read_only.h"
#include "status.h"

namespace {

constexpr char kStep[] = "mount overlay";

// Of a server that is gone, or of another user's FUSE: out of reach on the host, too.
bool IsOutOfReach(int error) {
  constexpr int kErrors[] = {EACCES, ENOENT, ESTALE, ENOTCONN, EIO, ETIMEDOUT, EHOSTDOWN};
  return std::find(std::begin(kErrors), std::end(kErrors), error) != std::end(kErrors);
}

// An overlay over / is refused in a user namespace: the mounts below are locked to it, and an
// overlay shows no mounts. The same goes for each directory with mounts below. So these are made
// anew, and what they hold gets overlays of its own. mount_namespaces(7)
class Mirror {
 public:
  Mirror(const std::string& root, const std::string& scratch)
      : root_(root), scratch_(scratch), points_(MountPoints(kStep)) {
    struct stat status;
    if (stat("/", &status) == -1) FailStep(kStep, "/", errno);
    root_device_ = status.st_dev;
  }

  void MirrorEntries(const std::string& directory) {
    DIR* entries = opendir(directory.empty() ? "/" : directory.c_str());
    // What we may not read, nobody inside may.
    if (entries == nullptr && errno == EACCES) return;
    if (entries == nullptr) FailStep(kStep, directory.c_str(), errno);
    for (;;) {
      errno = 0;
      const struct dirent* const entry = readdir(entries);
      if (entry == nullptr) break;
      if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
      MirrorEntry(directory + '/' + entry->d_name);
    }
    if (errno != 0) FailStep(kStep, directory.c_str(), errno);
    closedir(entries);
  }

 private:
  void MirrorEntry(const std::string& path) {
    struct stat status;
    if (lstat(path.c_str(), &status) == -1) {
      if (!IsOutOfReach(errno)) FailStep(kStep, path.c_str(), errno);
      return;
    }
    const std::string target = root_ + path;
    if (S_ISLNK(status.st_mode)) {
      CopyLink(path, target);
      CopyAttributes(kStep, status, target);
    } else if (!S_ISDIR(status.st_mode)) {
      MirrorFile(path, status, target);
    } else {
      MakeDirectory(target, 0755);
      // These are mounted fresh.
      if (path == "/proc" || path == "/sys" || path == "/dev") return;
      if (!HasMountsBelow(path)) {
        MirrorDirectory(path, status, target);
        return;
      }
      CopyAttributes(kStep, status, target);
      MirrorEntries(path);
    }
  }

  bool HasMountsBelow(const std::string& path) const {
    for (const std::string& point : points_) {
      if (point.compare(0, path.size() + 1, path + '/') == 0) return true;
    }
    return false;
  }

  void MirrorDirectory(const std::string& path, const struct stat& status,
                       const std::string& target) {
    const Opened lower = OpenPath(kStep, path.c_str());
    const int error =
        MountThrowaway(kStep, {lower}, {scratch_, std::to_string(++count_), target, path});
    close(lower.fd);
    if (error == 0) {
      RememberOwn(kStep, target.c_str());
      return;
    }
    // Not every file system can lie below an overlay. A mount of such a one is shown read-only.
    if (error != EINVAL || status.st_dev == root_device_) FailStep(kStep, path.c_str(), error);
    BindReadOnlyAt(path, target);
  }

  // A file that stands beside a mount: a copy, or read-only where it is large, special or secret.
  void MirrorFile(const std::string& path, const struct stat& status, const std::string& target) {
    constexpr off_t kMaxCopy = 1 << 20;
    MakeFile(kStep, target.c_str());
    const bool is_copied = S_ISREG(status.st_mode) && status.st_size <= kMaxCopy;
    const int from = is_copied ? open(path.c_str(), O_RDONLY | O_CLOEXEC) : -1;
    if (from == -1 && is_copied && errno != EACCES && errno != EPERM) {
      FailStep(kStep, path.c_str(), errno);
    }
    if (from == -1) {
      BindReadOnlyAt(path, target);
      return;
    }
    const int to = open(target.c_str(), O_WRONLY | O_CLOEXEC);
    if (to == -1) FailStep(kStep, target.c_str(), errno);
    off_t left = status.st_size;
    while (left > 0) {
      const ssize_t sent = sendfile(to, from, nullptr, static_cast<size_t>(left));
      if (sent == -1) FailStep(kStep, path.c_str(), errno);
      if (sent == 0) break;  // It was cut short meanwhile.
      left -= sent;
    }
    close(from);
    close(to);
    CopyAttributes(kStep, status, target);
  }

  static void CopyLink(const std::string& path, const std::string& target) {
    char text[PATH_MAX];
    const ssize_t size = readlink(path.c_str(), text, sizeof text - 1);
    if (size == -1) FailStep(kStep, path.c_str(), errno);
    text[size] = '\0';
    if (symlink(text, target.c_str()) == -1) FailStep(kStep, target.c_str(), errno);
  }

  static void BindReadOnlyAt(const std::string& path, const std::string& target) {
    Mount(kStep, path.c_str(), target.c_str(), nullptr, MS_BIND | MS_REC);
    Restrict(kStep, target.c_str(), kReadOnly);
  }

  const std::string root_;
  const std::string scratch_;
  const std::vector<std::string> points_;
  dev_t root_device_ = 0;
  int count_ = 0;
};

}  // namespace

void MirrorHost(const std::string& root, const std::string& scratch) {
  Mirror(root, scratch).MirrorEntries("");
}

void MirrorOpenDirectories(const std::string& scratch) {
  for (const char* path : {"/var/tmp"}) {
    struct stat status;
    if (IsMissing(kStep, path)) continue;
    if (lstat(path, &status) == -1) FailStep(kStep, path, errno);
    if (!S_ISDIR(status.st_mode)) continue;
    const Opened lower = OpenPath(kStep, HostPath(path));
    const int error = MountThrowaway(kStep, {lower}, {scratch, "-open", path, path});
    close(lower.fd);
    // Refused where something is mounted below: then each directory there has one already.
    if (error == EINVAL) continue;
    if (error != 0) FailStep(kStep, path, error);
    RememberOwn(kStep, path);
  }
}
