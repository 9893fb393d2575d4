// Threads for the tasks of V8, as Node's platform has them.
#ifndef NS_JEST_ADDON_FORK_WORKER_THREADS_H_
#define NS_JEST_ADDON_FORK_WORKER_THREADS_H_

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>

/// v8::Task, by its table of virtual functions.
class Task {
 public:
  virtual ~Task() = default;
  virtual void Run() = 0;
};

/// They start with the first task.
class WorkerThreads {
 public:
  explicit WorkerThreads(int count) : count_(count) {}

  /// Takes the task, to be run as soon as a thread is free.
  void Post(Task* task);

  /// To be run in so many seconds.
  void PostDelayed(Task* task, double delay);

  /// Waits until nothing is left to be done now, but not longer. Whether that is so.
  bool DrainFor(std::chrono::milliseconds limit);

  /// If nothing is left to be done now. While it is held nothing is begun, and nothing can be
  /// posted.
  std::unique_lock<std::mutex> LockIfIdle();

  /// How many of them there are by now.
  int CountStarted();

 private:
  using Clock = std::chrono::steady_clock;

  void Start();
  void Work();
  void Schedule();

  const int count_;
  std::mutex mutex_;
  bool has_started_ = false;
  bool has_schedule_ = false;
  std::deque<Task*> tasks_;
  std::multimap<Clock::time_point, Task*> delayed_;
  /// Posted, and not done yet.
  int open_ = 0;
  std::condition_variable posted_;
  std::condition_variable drained_;
  std::condition_variable scheduled_;
};

#endif  // NS_JEST_ADDON_FORK_WORKER_THREADS_H_
