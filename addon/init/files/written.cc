#include "files/written.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "kernel.h"
#include "status.h"

namespace {

constexpr std::size_t kMostNamed = 20;
// Whoever waits for the end of a sandbox does not wait for long.
constexpr std::size_t kMostCounted = 10'000;

struct Watched {
  int directory;
  std::string shown_at;
};
std::vector<Watched> watched;

// Sorted.
std::vector<std::string> of_set_up;

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};

// A file that was removed is in the upper layer as a device of no number. overlayfs, "whiteouts and
// opaque directories"
bool IsWhiteout(int directory, const struct dirent& entry) {
  struct stat status;
  return entry.d_type == DT_CHR &&
         fstatat(directory, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
         status.st_rdev == makedev(0, 0);
}

// Calls `found` with each path, while it returns true. A tmpfs tells the type of each entry.
// Returns 0, or an errno where not all could be seen.
template <typename Found>
int Walk(int parent, const char* name, const std::string& path, const Found& found) {
  const int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd == -1) return errno;
  const std::unique_ptr<DIR, CloseDirectory> directory(fdopendir(fd));
  if (!directory) {
    const int error = errno;
    close(fd);
    return error;
  }
  int error = 0;
  for (;;) {
    errno = 0;
    const struct dirent* const entry = readdir(directory.get());
    if (entry == nullptr) return errno != 0 ? errno : error;
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    const std::string below = path + '/' + entry->d_name;
    if (!found(below, fd, *entry)) return error;
    if (entry->d_type != DT_DIR) continue;
    const int error_below = Walk(fd, entry->d_name, below, found);
    if (error_below != 0) error = error_below;
  }
}

}  // namespace

void WatchWrites(const char* step, const std::string& directory, const std::string& shown_at) {
  // A mount of its own: what is mounted below later is not in it, and nothing leads out of it.
  long fd = syscall(SYS_open_tree, AT_FDCWD, directory.c_str(),
                    static_cast<unsigned>(kOpenTreeClone | O_CLOEXEC));
  if (fd == -1 && errno == ENOSYS) fd = open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  // One overlay among very many: what is written there is not told.
  if (fd == -1 && errno == EMFILE) return;
  if (fd == -1) FailStep(step, directory.c_str(), errno);
  watched.push_back({static_cast<int>(fd), shown_at});
}

void BeginWatching() {
  const auto note = [](const std::string& path, int, const struct dirent&) {
    of_set_up.push_back(path);
    return true;
  };
  for (const auto& [directory, shown_at] : watched) {
    const int error = Walk(directory, ".", shown_at, note);
    if (error != 0) FailStep("watch writes", shown_at.c_str(), error);
  }
  std::sort(of_set_up.begin(), of_set_up.end());
}

WrittenFiles ListWritten() {
  WrittenFiles written;
  const auto note = [&written](const std::string& path, int parent, const struct dirent& entry) {
    // A directory is there for what was written below it.
    if (entry.d_type == DT_DIR) return true;
    if (std::binary_search(of_set_up.begin(), of_set_up.end(), path)) return true;
    ++written.count;
    if (written.first.size() < kMostNamed) {
      written.first.push_back({path, IsWhiteout(parent, entry)});
    }
    return written.count < kMostCounted;
  };
  // What cannot be read is gone by now, or nobody's to read.
  for (const auto& [directory, shown_at] : watched) Walk(directory, ".", shown_at, note);
  return written;
}
