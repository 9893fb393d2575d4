#include "processes/clocks.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include <string>

#include "kernel.h"
#include "status.h"

namespace {

constexpr char kOffsets[] = "/proc/self/timens_offsets";
constexpr int64_t kNanosPerSecond = 1'000'000'000;

// The file counts from the first time namespace of the machine; we count from the one we are in.
ClockOffset OffsetSoFar(const char* clock) {
  FILE* file = fopen(kOffsets, "re");
  if (file == nullptr) FailStep("move clocks", kOffsets, errno);
  char name[16];
  long long seconds;
  unsigned nanos;
  ClockOffset offset = {};
  while (fscanf(file, "%15s %lld %u", name, &seconds, &nanos) == 3) {
    if (std::string(name) == clock) offset = {seconds, nanos};
  }
  if (ferror(file)) FailStep("move clocks", kOffsets, errno);
  fclose(file);
  return offset;
}

void MoveClock(const char* clock, const std::optional<ClockOffset>& asked) {
  if (!asked) return;
  const ClockOffset so_far = OffsetSoFar(clock);
  const int64_t nanos = int64_t{so_far.nanos} + asked->nanos;
  const std::string line =
      std::string(clock) + ' ' +
      std::to_string(so_far.seconds + asked->seconds + nanos / kNanosPerSecond) + ' ' +
      std::to_string(nanos % kNanosPerSecond);
  const int fd = open(kOffsets, O_WRONLY | O_CLOEXEC);
  if (fd == -1 || write(fd, line.data(), line.size()) == -1) {
    FailStep("move clocks", line.c_str(), errno);
  }
  close(fd);
}

}  // namespace

bool MovesClocks(const ProcessOptions& options) { return options.monotonic || options.boottime; }

void EnterTimeNamespace(const Options& options) {
  if (unshare(CLONE_NEWTIME) == -1) {
    if ((options.try_namespaces & CLONE_NEWTIME) == 0) FailStep("unshare time", "", errno);
    ReportMissing(NamespaceName(CLONE_NEWTIME), errno);
    return;
  }
  MoveClock("monotonic", options.processes.monotonic);
  MoveClock("boottime", options.processes.boottime);
  // unshare(2) makes it for our children only, and kernels before 6.3 let nobody vfork into it.
  const int fd = open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
  if (fd == -1 || setns(fd, CLONE_NEWTIME) == -1) FailStep("enter time", "", errno);
  close(fd);
}
