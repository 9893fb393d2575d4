#include "fork/worker_threads.h"

#include <signal.h>

#include <thread>

namespace {

/// Signals are the main thread's, as they are in Node.
class WithoutSignals {
 public:
  WithoutSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  WithoutSignals(const WithoutSignals&) = delete;
  WithoutSignals& operator=(const WithoutSignals&) = delete;
  ~WithoutSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_ = {};
};

}  // namespace

void WorkerThreads::Post(Task* task) {
  const std::lock_guard lock(mutex_);
  Start();
  tasks_.push_back(task);
  ++open_;
  posted_.notify_one();
}

void WorkerThreads::PostDelayed(Task* task, double delay) {
  const std::lock_guard lock(mutex_);
  Start();
  if (!has_schedule_) {
    has_schedule_ = true;
    const WithoutSignals masked;
    std::thread([this] { Schedule(); }).detach();
  }
  const auto wait =
      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(delay));
  delayed_.emplace(Clock::now() + wait, task);
  scheduled_.notify_one();
}

bool WorkerThreads::DrainFor(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  // By the clock that every glibc can wait by.
  return drained_.wait_until(lock, std::chrono::system_clock::now() + limit,
                             [this] { return open_ == 0; });
}

std::unique_lock<std::mutex> WorkerThreads::LockIfIdle() {
  std::unique_lock lock(mutex_);
  if (open_ > 0) lock.unlock();
  return lock;
}

int WorkerThreads::CountStarted() {
  const std::lock_guard lock(mutex_);
  return (has_started_ ? count_ : 0) + (has_schedule_ ? 1 : 0);
}

void WorkerThreads::Start() {
  if (has_started_) return;
  has_started_ = true;
  const WithoutSignals masked;
  for (int i = 0; i < count_; ++i) std::thread([this] { Work(); }).detach();
}

void WorkerThreads::Work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    posted_.wait(lock, [this] { return !tasks_.empty(); });
    Task* const task = tasks_.front();
    tasks_.pop_front();
    lock.unlock();
    task->Run();
    delete task;
    lock.lock();
    if (--open_ == 0) drained_.notify_all();
  }
}

void WorkerThreads::Schedule() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (delayed_.empty()) {
      scheduled_.wait(lock);
      continue;
    }
    const auto next = delayed_.begin();
    if (next->first > Clock::now()) {
      // By the clock that every glibc can wait by. Should it be moved, the loop looks again.
      scheduled_.wait_until(lock, std::chrono::system_clock::now() + (next->first - Clock::now()));
      continue;
    }
    tasks_.push_back(next->second);
    ++open_;
    delayed_.erase(next);
    posted_.notify_one();
  }
}
