#include "descriptors.h"

#include <unistd.h>

#include "kernel.h"

void CloseRange(int first, int last) {
  if (first > last) return;
  if (syscall(SYS_close_range, static_cast<unsigned>(first), static_cast<unsigned>(last), 0U) ==
      0) {
    return;
  }
  // Before Linux 5.9: one by one, as far as a launcher's descriptors can reach.
  for (int fd = first; fd <= last && fd < 1024; ++fd) close(fd);
}
