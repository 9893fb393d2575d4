#include "limits/cgroups.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "limits/usage.h"

namespace {

struct Group {
  std::string path;
  const char* home;
};

// Those that were made, in the order of the options.
std::vector<Group> made;
bool are_inside = false;

// How long killed processes may take to be gone.
constexpr int kRemoveMillis = 2000;

// 0 or errno.
int WriteFile(const std::string& path, const char* text) {
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd == -1) return errno;
  const int error = write(fd, text, strlen(text)) == -1 ? errno : 0;
  close(fd);
  return error;
}

// Field 22 of /proc/PID/stat, or "" with errno. The name before it, in parentheses, may hold
// anything. proc_pid_stat(5)
std::string StartTimeOf(const std::string& pid) {
  const int fd = open(("/proc/" + pid + "/stat").c_str(), O_RDONLY | O_CLOEXEC);
  if (fd == -1) return "";
  char buffer[1024];
  const ssize_t size = read(fd, buffer, sizeof buffer - 1);
  const int error = size == -1 ? errno : 0;
  close(fd);
  errno = error;
  buffer[size > 0 ? size : 0] = '\0';
  const char* at = strrchr(buffer, ')');
  for (int field = 2; at != nullptr && field < 22; ++field) at = strchr(at + 1, ' ');
  return at == nullptr ? "" : std::string(at + 1, strcspn(at + 1, " "));
}

// Names tell whose they are: the PID namespace in which the supervisor's pid counts, the pid, and
// when it started, for pids come again.
std::string NamePrefix() {
  char link[64] = {};
  if (readlink("/proc/self/ns/pid", link, sizeof link - 1) == -1) {
    FailStep("name cgroup", "/proc/self/ns/pid", errno);
  }
  const char* const number = strchr(link, '[');
  return "ns-jest-" + std::string(number + 1, strcspn(number + 1, "]")) + '-';
}

void KillMembers(const std::string& path) {
  if (WriteFile(path + "/cgroup.kill", "1") == 0) return;
  // Before Linux 5.14, and version 1.
  FILE* const file = fopen((path + "/cgroup.procs").c_str(), "re");
  if (file == nullptr) return;
  int pid;
  while (fscanf(file, "%d", &pid) == 1) {
    // 0 is somebody of another PID namespace, and would be our own process group.
    if (pid > 0) kill(pid, SIGKILL);
  }
  fclose(file);
}

void Remove(const std::string& path, int millis) {
  while (rmdir(path.c_str()) == -1 && errno == EBUSY && millis-- > 0) {
    KillMembers(path);
    usleep(1000);
  }
}

// A supervisor that was killed could not remove its group. Its sandbox died with it.
void RemoveStale(const char* parent, const std::string& prefix) {
  DIR* const directory = opendir(parent);
  if (directory == nullptr) return;
  while (const struct dirent* entry = readdir(directory)) {
    const std::string name = entry->d_name;
    if (name.compare(0, prefix.size(), prefix) != 0) continue;
    const size_t dash = name.find('-', prefix.size());
    if (dash == std::string::npos) continue;
    const std::string pid = name.substr(prefix.size(), dash - prefix.size());
    const std::string started = StartTimeOf(pid);
    // Who cannot be asked for another reason may well live.
    if (started.empty() && errno != ENOENT && errno != ESRCH) continue;
    if (started == name.substr(dash + 1)) continue;
    Remove(std::string(parent) + '/' + name, 1);
  }
  closedir(directory);
}

// Also when a step failed: then there is nothing to report, and we may still be inside.
void FinishGroups() {
  if (made.empty()) return;
  if (are_inside) {
    for (const Group& group : made) WriteFile(std::string(group.home) + "/cgroup.procs", "0");
  } else {
    std::vector<std::string> paths;
    for (const Group& group : made) paths.push_back(group.path);
    ReportUsage(paths);
  }
  for (const Group& group : made) Remove(group.path, kRemoveMillis);
  made.clear();
}

void Make(const GroupLine& line, const std::string& name) {
  const std::string path = std::string(line.parent) + '/' + name;
  if (mkdir(path.c_str(), 0755) == -1) FailStep("make cgroup", path.c_str(), errno);
  made.push_back({path, line.home});
}

void MountTree(const char* controllers) {
  const std::string target = std::string("/sys/fs/cgroup/") + controllers;
  if (mkdir(target.c_str(), 0755) == -1 ||
      mount("cgroup", target.c_str(), "cgroup", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC,
            controllers) == -1) {
    FailStep("mount cgroup", target.c_str(), errno);
  }
}

}  // namespace

void EnterGroups(const LimitOptions& options) {
  if (options.groups.empty()) return;
  const std::string prefix = NamePrefix();
  const std::string pid = std::to_string(getpid());
  const std::string started = StartTimeOf(pid);
  if (started.empty()) FailStep("name cgroup", ("/proc/" + pid + "/stat").c_str(), errno);
  const std::string name = prefix + pid + '-' + started;
  AtExit(FinishGroups);
  are_inside = true;
  for (const GroupLine& line : options.groups) {
    RemoveStale(line.parent, prefix);
    Make(line, name);
  }
  for (const Group& group : made) {
    // 0 is whoever writes it.
    const int error = WriteFile(group.path + "/cgroup.procs", "0");
    if (error != 0) FailStep("enter cgroup", group.path.c_str(), error);
  }
}

StepFailure LeaveGroups(const LimitOptions& options) {
  for (const Group& group : made) {
    const int error = WriteFile(std::string(group.home) + "/cgroup.procs", "0");
    if (error != 0) return {"leave cgroup", group.home, error};
  }
  are_inside = false;
  for (size_t i = 0; i < made.size(); ++i) {
    for (const LimitFile& file : options.groups[i].files) {
      const int error = WriteFile(made[i].path + '/' + file.name, file.value);
      if (error != 0) return {"set limit " + file.name, file.value, error};
    }
  }
  return {};
}

void ShowGroups(const LimitOptions& options) {
  bool is_covered = false;
  for (const GroupLine& group : options.groups) {
    if (group.show == nullptr) continue;
    if (!is_covered && mount("tmpfs", "/sys/fs/cgroup", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
                             "mode=755") == -1) {
      FailStep("mount cgroup", "/sys/fs/cgroup", errno);
    }
    is_covered = true;
    MountTree(group.show);
  }
  if (is_covered &&
      mount(nullptr, "/sys/fs/cgroup", nullptr,
            MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=755") == -1) {
    FailStep("mount cgroup", "/sys/fs/cgroup", errno);
  }
}
