#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "operations.h"

namespace {

constexpr size_t kStackSize = size_t{16} * 1024;

int SleepForever(void* /*argument*/) {
  for (;;) pause();
}

}  // namespace

// A second thread, which sleeps: what the kernel refuses to a process with threads, and what it
// does to one of them alone, can be seen then. Not one of libc's, so it must never run anything
// else: it takes no signals.
void StartThread(Message* /*request*/, Message* answer) {
  void* stack =
      mmap(nullptr, kStackSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (stack == MAP_FAILED) return StartAnswer(answer, -1, errno);
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  constexpr int kFlags =
      CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
  const int thread = clone(SleepForever, static_cast<char*>(stack) + kStackSize, kFlags, nullptr);
  const int error = errno;
  sigprocmask(SIG_SETMASK, &before, nullptr);
  if (thread == -1) munmap(stack, kStackSize);
  StartAnswer(answer, thread, thread == -1 ? error : 0);
}
