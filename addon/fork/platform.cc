#include "fork/platform.h"

#include <dlfcn.h>
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "fork/worker_threads.h"

namespace {

// Node exports node::NodePlatform, whose functions are virtual, and V8 calls them by no other way:
// so they can be exchanged in its table. Itanium C++ ABI: a table begins with two words about the
// class, and a std::unique_ptr is passed by the address of one.

using Post = void (*)(void* platform, Task** task);
using PostWithPriority = void (*)(void* platform, int priority, Task** task, const void* location);
using PostDelayed = void (*)(void* platform, Task** task, double delay);
using PostDelayedWithPriority = void (*)(void* platform, int priority, Task** task, double delay,
                                         const void* location);
using Drain = void (*)(void* platform, void* isolate);
using CurrentIsolate = void* (*)();
using Count = int (*)(void* platform);

/// Node's own functions; those that this version does not have stay nullptr.
struct {
  Post post;
  PostWithPriority post_with_priority;
  PostDelayed post_delayed;
  PostDelayedWithPriority post_delayed_with_priority;
  Drain drain;
} original;

void* platform_of_node = nullptr;
WorkerThreads* own_threads = nullptr;

Task* Take(Task** holder) {
  Task* const task = *holder;
  *holder = nullptr;
  return task;
}

void OnPost(void* platform, Task** task) {
  platform_of_node = platform;
  if (own_threads == nullptr) return original.post(platform, task);
  own_threads->Post(Take(task));
}

void OnPostWithPriority(void* platform, int priority, Task** task, const void* location) {
  platform_of_node = platform;
  if (own_threads == nullptr) {
    return original.post_with_priority(platform, priority, task, location);
  }
  own_threads->Post(Take(task));
}

void OnPostDelayed(void* platform, Task** task, double delay) {
  platform_of_node = platform;
  if (own_threads == nullptr) return original.post_delayed(platform, task, delay);
  own_threads->PostDelayed(Take(task), delay);
}

void OnPostDelayedWithPriority(void* platform, int priority, Task** task, double delay,
                               const void* location) {
  platform_of_node = platform;
  if (own_threads == nullptr) {
    return original.post_delayed_with_priority(platform, priority, task, delay, location);
  }
  own_threads->PostDelayed(Take(task), delay);
}

/// What is done beside may leave more to be done here, and the other way round.
void OnDrain(void* platform, void* isolate) {
  platform_of_node = platform;
  do {
    if (own_threads != nullptr) own_threads->Drain();
    original.drain(platform, isolate);
  } while (own_threads != nullptr && own_threads->HasWork());
}

template <typename Function>
void* Address(Function* function) {
  return reinterpret_cast<void*>(function);
}

struct Row {
  const char* symbol;
  void* replacement;
  void** original;
};

// V8 gave tasks a priority between Node 20 and Node 22.
#define TASK "St10unique_ptrIN2v84TaskESt14default_deleteIS3_EE"
#define TASK_OF_PRIORITY "EN2v812TaskPriorityESt10unique_ptrINS1_4TaskESt14default_deleteIS4_EE"
const Row kRows[] = {
    {"_ZN4node12NodePlatform18CallOnWorkerThreadE" TASK, Address(OnPost),
     reinterpret_cast<void**>(&original.post)},
    {"_ZN4node12NodePlatform25CallDelayedOnWorkerThreadE" TASK "d", Address(OnPostDelayed),
     reinterpret_cast<void**>(&original.post_delayed)},
    {"_ZN4node12NodePlatform26PostTaskOnWorkerThreadImpl" TASK_OF_PRIORITY
     "RKNS1_14SourceLocationE",
     Address(OnPostWithPriority), reinterpret_cast<void**>(&original.post_with_priority)},
    {"_ZN4node12NodePlatform33PostDelayedTaskOnWorkerThreadImpl" TASK_OF_PRIORITY
     "dRKNS1_14SourceLocationE",
     Address(OnPostDelayedWithPriority),
     reinterpret_cast<void**>(&original.post_delayed_with_priority)},
    {"_ZN4node12NodePlatform10DrainTasksEPN2v87IsolateE", Address(OnDrain),
     reinterpret_cast<void**>(&original.drain)},
};
#undef TASK
#undef TASK_OF_PRIORITY

constexpr char kTable[] = "_ZTVN4node12NodePlatformE";
constexpr std::size_t kMostFunctions = 32;

bool Protect(void** entry, int protection) {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const std::uintptr_t start = reinterpret_cast<std::uintptr_t>(entry) & ~(page - 1);
  return mprotect(reinterpret_cast<void*>(start), page, protection) == 0;  // NOLINT
}

/// Exchanges one function. Returns an errno; 0 also for one that this Node does not have.
int Exchange(void** functions, const Row& row) {
  void* const function = dlsym(RTLD_DEFAULT, row.symbol);
  if (function == nullptr) return 0;
  void** const entry = std::find(functions, functions + kMostFunctions, function);
  if (entry == functions + kMostFunctions) return ENOSYS;
  *row.original = function;
  if (!Protect(entry, PROT_READ | PROT_WRITE)) return errno;
  *entry = row.replacement;
  return Protect(entry, PROT_READ) ? 0 : errno;
}

}  // namespace

int WatchPlatform() {
  auto* const table = static_cast<void**>(dlsym(RTLD_DEFAULT, kTable));
  if (table == nullptr) return ENOSYS;
  for (const Row& row : kRows) {
    const int error = Exchange(table + 2, row);
    if (error != 0) return error;
  }
  const bool posts = original.post != nullptr || original.post_with_priority != nullptr;
  const bool delays =
      original.post_delayed != nullptr || original.post_delayed_with_priority != nullptr;
  return posts && delays && original.drain != nullptr ? 0 : ENOSYS;
}

void DrainPlatform() {
  const auto current =
      reinterpret_cast<CurrentIsolate>(dlsym(RTLD_DEFAULT, "_ZN2v87Isolate10GetCurrentEv"));
  // Without it nothing was ever asked of the platform.
  if (platform_of_node != nullptr && current != nullptr) {
    original.drain(platform_of_node, current());
  }
}

void TakeOverPlatform() {
  const auto count = reinterpret_cast<Count>(
      dlsym(RTLD_DEFAULT, "_ZN4node12NodePlatform21NumberOfWorkerThreadsEv"));
  constexpr int kNodesDefault = 4;
  const bool is_known = count != nullptr && platform_of_node != nullptr;
  // It lives as long as the process, which never waits for its threads.
  own_threads = new WorkerThreads(is_known ? count(platform_of_node) : kNodesDefault);
}
