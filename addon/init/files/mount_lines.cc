#include "files/mount_lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "files/overlay.h"
#include "files/read_only.h"
#include "status.h"

namespace {

using Sources = std::vector<Opened>;

void Bind(const MountLine& line, const Sources& sources) {
  BindOpened("bind", sources.front(), line.target);
  const unsigned long attributes = (line.readonly ? kReadOnly : 0) | (line.dev ? 0 : kNoDevices);
  if (attributes != 0) Restrict("bind", line.target, attributes);
}

void MountNew(const char* step, const MountLine& line, const char* type, unsigned long flags,
              const char* data) {
  MakeMountPoint(step, line.target, true);
  Mount(step, type, line.target, type, flags | (line.readonly ? MS_RDONLY : 0), data);
}

void Tmpfs(const MountLine& line, const Sources&) {
  MountNew("mount tmpfs", line, "tmpfs", MS_NOSUID | MS_NODEV, line.data);
  RememberOwn("mount tmpfs", line.target);
}

void Proc(const MountLine& line, const Sources&) {
  // Read-only always: what is global below it belongs to real root, wherever it is mounted.
  MountNew("mount proc", line, "proc", kNoSuidDevExec | MS_RDONLY, nullptr);
}

void Sysfs(const MountLine& line, const Sources&) {
  MountNew("mount sysfs", line, "sysfs", kNoSuidDevExec | MS_RDONLY, nullptr);
}

void Devpts(const MountLine& line, const Sources&) {
  MountNew("mount devpts", line, "devpts", MS_NOSUID | MS_NOEXEC,
           "newinstance,ptmxmode=0666,mode=620");
}

void Mqueue(const MountLine& line, const Sources&) {
  MountNew("mount mqueue", line, "mqueue", kNoSuidDevExec, nullptr);
}

// With an upper layer of the host's, which keeps what is written, or one that vanishes.
void Overlay(const MountLine& line, const Sources& sources) {
  constexpr char kStep[] = "mount overlay";
  MakeMountPoint(kStep, line.target, true);
  int error;
  if (line.upper != nullptr) {
    const size_t layers = sources.size() - 2;
    error = MountOverlay({sources.begin(), sources.begin() + static_cast<long>(layers)},
                         PathOf(sources[layers]), PathOf(sources[layers + 1]), line.target);
  } else {
    const Scratch scratch(kStep, line.target);
    error = MountThrowaway(kStep, sources, {scratch.Path(""), "", line.target, line.target});
  }
  if (error != 0) FailStep(kStep, line.target, error);
  for (const Opened& source : sources) close(source.fd);
  if (line.upper == nullptr) RememberOwn(kStep, line.target);
  if (line.readonly) MakeOneReadOnly(kStep, line.target);
}

// Makes the directory that `target` is to lie in, and says whether something may be made there.
bool MakeParent(const char* step, const std::string& target) {
  const std::string parent = target.substr(0, std::max<size_t>(target.rfind('/'), 1));
  MakeMountPoint(step, parent, true);
  return IsOwn(step, parent);
}

mode_t ModeOf(const MountLine& line, mode_t otherwise) {
  return line.data == nullptr ? otherwise : static_cast<mode_t>(strtoul(line.data, nullptr, 8));
}

void WriteFile(const char* step, const std::string& path, const char* text, mode_t mode) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd == -1) FailStep(step, path.c_str(), errno);
  for (size_t left = strlen(text); left > 0;) {
    const ssize_t written = write(fd, text, left);
    if (written == -1) FailStep(step, path.c_str(), errno);
    text += written;
    left -= static_cast<size_t>(written);
  }
  close(fd);
}

// Where nothing is there yet it is a file like any other. Where one is, it may be the host's: that
// one is covered.
void File(const MountLine& line, const Sources&) {
  constexpr char kStep[] = "make file";
  const std::string target(line.target);
  if (IsMissing(kStep, line.target) && !line.readonly) {
    if (!MakeParent(kStep, target)) FailStep(kStep, line.target, ENOENT);
    WriteFile(kStep, target, line.sources.front(), ModeOf(line, 0644));
    return;
  }
  MakeMountPoint(kStep, target, false);
  const Scratch scratch(kStep, line.target);
  const std::string staged = scratch.Path("file");
  WriteFile(kStep, staged, line.sources.front(), ModeOf(line, 0644));
  Mount(kStep, staged.c_str(), line.target, nullptr, MS_BIND);
  if (line.readonly) Restrict(kStep, line.target, kReadOnly);
}

void Symlink(const MountLine& line, const Sources&) {
  constexpr char kStep[] = "make symlink";
  if (!MakeParent(kStep, line.target)) FailStep(kStep, line.target, ENOENT);
  if (symlink(line.sources.front(), line.target) == -1) FailStep(kStep, line.target, errno);
}

void Directory(const MountLine& line, const Sources&) {
  constexpr char kStep[] = "make directory";
  MakeMountPoint(kStep, line.target, true);
  if (line.data == nullptr) return;
  // The mode of a directory of the host's stays what it is.
  if (!IsOwn(kStep, line.target)) FailStep(kStep, line.target, EEXIST);
  if (chmod(line.target, ModeOf(line, 0755)) == -1) FailStep(kStep, line.target, errno);
}

}  // namespace

struct MountKind {
  const char* name;
  bool needs_source;
  const char* opens;  // the step at which its sources are opened, where they are the host's
  void (*make)(const MountLine& line, const Sources& sources);
};

namespace {

constexpr MountKind kKinds[] = {
    {"bind", true, "bind", Bind},
    {"tmpfs", false, nullptr, Tmpfs},
    {"proc", false, nullptr, Proc},
    {"sysfs", false, nullptr, Sysfs},
    {"devpts", false, nullptr, Devpts},
    {"mqueue", false, nullptr, Mqueue},
    {"overlay", true, "mount overlay", Overlay},
    {"file", true, nullptr, File},
    {"symlink", true, nullptr, Symlink},
    {"dir", false, nullptr, Directory},
};

}  // namespace

const MountKind* FindMountKind(const char* name) {
  for (const MountKind& kind : kKinds) {
    if (strcmp(kind.name, name) == 0) return &kind;
  }
  return nullptr;
}

bool NeedsSource(const MountKind& kind) { return kind.needs_source; }

const char* NameOf(const MountKind& kind) { return kind.name; }

std::vector<Opened> OpenSources(const MountLine& line,
                                Opened (*open)(const char* step, const char* path)) {
  std::vector<Opened> sources;
  const char* const step = line.kind->opens;
  if (step == nullptr) return sources;
  for (const char* path : line.sources) {
    // A layer has to be a mount of this namespace.
    sources.push_back(line.kind->make == Bind ? open(step, path) : OpenPath(step, path));
  }
  for (const char* path : {line.upper, line.work}) {
    if (path != nullptr) sources.push_back(OpenPath(step, path));
  }
  return sources;
}

void MakeMountLine(const MountLine& line, const std::vector<Opened>& sources) {
  line.kind->make(line, sources);
}
