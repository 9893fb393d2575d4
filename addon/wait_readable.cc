#include "wait_readable.h"

#include <poll.h>

#include <cerrno>
#include <chrono>

namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

int WaitReadable(int descriptor, int milliseconds) {
  const auto deadline = Clock::now() + std::chrono::milliseconds(milliseconds);
  pollfd waiting{descriptor, POLLIN, 0};
  int rest = milliseconds;
  // A signal ends the call, and a profiler's comes every millisecond: the time goes on.
  for (;;) {
    const int ready = poll(&waiting, 1, rest);
    if (ready != -1 || errno != EINTR) return ready;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    rest = left.count() > 0 ? static_cast<int>(left.count()) : 0;
  }
}
