#ifndef NS_JEST_ADDON_FORK_PLATFORM_H_
#define NS_JEST_ADDON_FORK_PLATFORM_H_

/// Lets V8 believe that Node has no worker threads, which copies do not have. --single-threaded
/// alone does not: garbage collections still leave work to them, and the end of a
/// worker_threads.Worker waits until it is done. Returns an errno if this Node cannot be told so.
int DoWithoutWorkerThreads();

#endif  // NS_JEST_ADDON_FORK_PLATFORM_H_
