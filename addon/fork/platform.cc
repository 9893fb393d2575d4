#include "fork/platform.h"

#include <dlfcn.h>
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "fork/worker_threads.h"

namespace {

// Node exports node::NodePlatform, whose functions are virtual, and V8 calls them by no other way:
// so they can be exchanged in its table. Itanium C++ ABI: a table begins with two words about the
// class, and a std::unique_ptr is passed by the address of one.

using Drain = void (*)(void* platform, void* isolate);
using CurrentIsolate = void* (*)();

/// Node's own, which knows what is to be done on the thread that asks.
Drain drain_of_node = nullptr;
/// As soon as anything was asked of it, by whatever thread.
std::atomic<void*> platform_of_node = nullptr;
/// They live as long as the process, which never waits for their end.
WorkerThreads* own_threads = nullptr;

/// Node's own number. With a flag that changes it there is no fork server.
constexpr int kThreads = 4;

Task* Take(Task** holder) {
  Task* const task = *holder;
  *holder = nullptr;
  return task;
}

void OnPost(void* platform, Task** task) {
  platform_of_node = platform;
  own_threads->Post(Take(task));
}

void OnPostWithPriority(void* platform, int /*priority*/, Task** task, const void* /*location*/) {
  OnPost(platform, task);
}

void OnPostDelayed(void* platform, Task** task, double delay) {
  platform_of_node = platform;
  own_threads->PostDelayed(Take(task), delay);
}

void OnPostDelayedWithPriority(void* platform, int /*priority*/, Task** task, double delay,
                               const void* /*location*/) {
  OnPostDelayed(platform, task, delay);
}

/// What is done beside may leave more to be done here, and may wait for it: a thread that has no
/// memory left asks this one to collect garbage.
void OnDrain(void* platform, void* isolate) {
  platform_of_node = platform;
  constexpr std::chrono::milliseconds kPause(1);
  do {
    drain_of_node(platform, isolate);
  } while (!own_threads->DrainFor(kPause));
  drain_of_node(platform, isolate);
}

template <typename Function>
void* Address(Function* function) {
  return reinterpret_cast<void*>(function);
}

struct Row {
  const char* symbol;
  void* replacement;
};

// V8 gave tasks a priority between Node 20 and Node 22.
#define TASK "St10unique_ptrIN2v84TaskESt14default_deleteIS3_EE"
#define TASK_OF_PRIORITY "EN2v812TaskPriorityESt10unique_ptrINS1_4TaskESt14default_deleteIS4_EE"
const Row kPosts[] = {
    {"_ZN4node12NodePlatform18CallOnWorkerThreadE" TASK, Address(OnPost)},
    {"_ZN4node12NodePlatform26PostTaskOnWorkerThreadImpl" TASK_OF_PRIORITY
     "RKNS1_14SourceLocationE",
     Address(OnPostWithPriority)},
};
const Row kDelayedPosts[] = {
    {"_ZN4node12NodePlatform25CallDelayedOnWorkerThreadE" TASK "d", Address(OnPostDelayed)},
    {"_ZN4node12NodePlatform33PostDelayedTaskOnWorkerThreadImpl" TASK_OF_PRIORITY
     "dRKNS1_14SourceLocationE",
     Address(OnPostDelayedWithPriority)},
};
const Row kDrain = {"_ZN4node12NodePlatform10DrainTasksEPN2v87IsolateE", Address(OnDrain)};
#undef TASK
#undef TASK_OF_PRIORITY

constexpr char kTable[] = "_ZTVN4node12NodePlatformE";
constexpr std::size_t kMostFunctions = 32;

bool Protect(void** entry, int protection) {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const std::uintptr_t start = reinterpret_cast<std::uintptr_t>(entry) & ~(page - 1);
  return mprotect(reinterpret_cast<void*>(start), page, protection) == 0;  // NOLINT
}

/// Exchanges one function. Returns an errno: ENOENT for one that this Node does not have.
int Exchange(void** functions, const Row& row) {
  void* const function = dlsym(RTLD_DEFAULT, row.symbol);
  if (function == nullptr) return ENOENT;
  void** const entry = std::find(functions, functions + kMostFunctions, function);
  if (entry == functions + kMostFunctions) return ENOSYS;
  if (!Protect(entry, PROT_READ | PROT_WRITE)) return errno;
  *entry = row.replacement;
  return Protect(entry, PROT_READ) ? 0 : errno;
}

/// Those of them that this version of Node has: one at least.
template <std::size_t kCount>
int ExchangeAny(void** functions, const Row (&rows)[kCount]) {
  int found = ENOSYS;
  for (const Row& row : rows) {
    const int error = Exchange(functions, row);
    if (error == ENOENT) continue;
    if (error != 0) return error;
    found = 0;
  }
  return found;
}

}  // namespace

int TakeOverPlatform() {
  auto* const table = static_cast<void**>(dlsym(RTLD_DEFAULT, kTable));
  // Before any of ours may be called.
  drain_of_node = reinterpret_cast<Drain>(dlsym(RTLD_DEFAULT, kDrain.symbol));
  if (table == nullptr || drain_of_node == nullptr) return ENOSYS;
  own_threads = new WorkerThreads(kThreads);
  void** const functions = table + 2;
  int error = Exchange(functions, kDrain);
  if (error == 0) error = ExchangeAny(functions, kPosts);
  if (error == 0) error = ExchangeAny(functions, kDelayedPosts);
  return error;
}

int CountPlatformThreads() { return own_threads == nullptr ? 0 : own_threads->CountStarted(); }

void DrainPlatform() {
  const auto current =
      reinterpret_cast<CurrentIsolate>(dlsym(RTLD_DEFAULT, "_ZN2v87Isolate10GetCurrentEv"));
  void* const platform = platform_of_node;
  // Nothing was asked of it since we took over.
  if (platform == nullptr || current == nullptr) return;
  OnDrain(platform, current());
}

PlatformAtRest::PlatformAtRest() {
  if (own_threads == nullptr) return;
  do {
    DrainPlatform();
    lock_ = own_threads->LockIfIdle();
  } while (!lock_);
}

void RestartPlatform() {
  if (own_threads != nullptr) own_threads = new WorkerThreads(kThreads);
}
