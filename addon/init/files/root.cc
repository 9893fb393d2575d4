#include "files/root.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "files/host_overlay.h"
#include "files/mount_points.h"
#include "files/overlay.h"
#include "files/written.h"
#include "status.h"

namespace {

// Put together over the host's /sys: it is there, and nothing of it is needed meanwhile.
constexpr char kScratch[] = "/sys";
constexpr char kRoot[] = "/sys/root";

bool host_is_mounted = false;

void MountLayers(const std::vector<const char*>& paths) {
  constexpr char kStep[] = "mount overlay";
  std::vector<Opened> layers;
  for (const char* path : paths) layers.push_back(OpenPath(kStep, path));
  const int error = MountThrowaway(kStep, layers, {kScratch, "", kRoot, ""});
  if (error != 0) FailStep(kStep, paths.front(), error);
  for (const Opened& layer : layers) close(layer.fd);
}

void BuildRoot(const FileOptions& options) {
  switch (options.root) {
    case Root::kEmpty:
      Mount("mount root", "tmpfs", kRoot, "tmpfs", 0, options.root_data);
      WatchWrites("mount root", kRoot, "");
      break;
    case Root::kHostOverlay:
      Mount("mount root", "tmpfs", kRoot, "tmpfs", 0, options.root_data);
      WatchWrites("mount root", kRoot, "");
      MirrorHost(kRoot, kScratch);
      break;
    case Root::kLayers:
      MountLayers(options.layers);
      break;
    case Root::kDirectory:
      Mount("mount root", options.layers.front(), kRoot, nullptr, MS_BIND | MS_REC);
      return;  // Not our own: no mount point may be made there.
    case Root::kHost:
    case Root::kReadOnlyHost:
      return;
  }
  RememberOwn("mount root", kRoot);
}

// The old root ends up on top of the new one, out of the way of every path. pivot_root(2)
void EnterBuilt() {
  if (chdir(kRoot) == -1) FailStep("enter root", kRoot, errno);
  if (syscall(SYS_pivot_root, ".", ".") == 0) {
    host_is_mounted = true;
    return;
  }
  // The root of an initramfs cannot be pivoted away: it stays below, out of the way of every path
  // but not gone, and whoever has CAP_SYS_CHROOT could get there. pivot_root(2), switch_root(8)
  if (errno != EINVAL) FailStep("enter root", kRoot, errno);
  ReportFallback("pivot_root", "chroot", errno);
  Mount("enter root", ".", "/", nullptr, MS_MOVE);
  if (chroot(".") == -1) FailStep("enter root", kRoot, errno);
}

}  // namespace

void EnterRoot(const FileOptions& options) {
  constexpr char kStep[] = "enter root";
  const int host = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (host == -1) FailStep(kStep, "/", errno);
  Mount("mount root", "tmpfs", kScratch, "tmpfs", MS_NOSUID | MS_NODEV, options.root_data);
  MakeDirectory(kRoot, 0755);
  BuildRoot(options);
  EnterBuilt();
  if (fchdir(host) == -1) FailStep(kStep, "/", errno);
  close(host);
  HostIsWorkingDirectory(true);
  if (options.root == Root::kHostOverlay) MirrorOpenDirectories(HostPath(kScratch));
  // The layers live on in the overlays that are made of them.
  if (umount2(HostPath(kScratch), MNT_DETACH) == -1) FailStep(kStep, kScratch, errno);

  // What is mounted fresh needs something to be mounted on.
  for (const char* path : {"/proc", "/sys", "/dev"}) MakeMountPoint("mount root", path, true);
  const struct {
    bool fresh;
    const char* path;
  } rows[] = {
      {options.mount_proc, "/proc"},
      {options.mount_sys, "/sys"},
      {options.minimal_dev || options.empty_dev, "/dev"},
  };
  for (const auto& row : rows) {
    if (row.fresh) continue;
    Mount("mount root", HostPath(row.path), row.path, nullptr, MS_BIND | MS_REC);
  }
}

void LeaveHost() {
  if (host_is_mounted && umount2(".", MNT_DETACH) == -1) FailStep("leave host", ".", errno);
  if (chdir("/") == -1) FailStep("leave host", "/", errno);
  HostIsWorkingDirectory(false);
}
