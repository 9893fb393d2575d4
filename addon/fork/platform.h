// The worker threads of Node's v8::Platform: where V8 compiles, collects garbage and the like
// beside what runs.
#ifndef NS_JEST_ADDON_FORK_PLATFORM_H_
#define NS_JEST_ADDON_FORK_PLATFORM_H_

#include <mutex>

/// In the fork server, first: from here on threads of ours do it, which can be made to rest.
/// Returns an errno if this Node does not show where.
int TakeOverPlatform();

/// How many threads of ours there are: they come with the first work.
int CountPlatformThreads();

/// Waits until all that V8 wanted done is done. Node's own way waits for a part of it only, since
/// Node 24.
void DrainPlatform();

/// While it lives the threads rest: what is copied meanwhile has no lock that one of them holds.
/// Nothing of V8 may be called.
class PlatformAtRest {
 public:
  PlatformAtRest();

 private:
  std::unique_lock<std::mutex> lock_;
};

/// In a copy, where the threads are gone: begins with new ones.
void RestartPlatform();

#endif  // NS_JEST_ADDON_FORK_PLATFORM_H_
