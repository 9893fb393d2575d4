#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>

#include <cerrno>
#include <list>
#include <string>
#include <vector>

#include "errors.h"
#include "exports.h"
#include "fd.h"
#include "values.h"

namespace {

/// Of libuv's own children no signal is ignored or blocked either. SIGPIPE is in Node itself.
class CleanSignals {
 public:
  CleanSignals() {
    sigset_t signals;
    posix_spawnattr_init(&attributes_);
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes_, &signals);
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes_, &signals);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  CleanSignals(const CleanSignals&) = delete;
  CleanSignals& operator=(const CleanSignals&) = delete;
  ~CleanSignals() { posix_spawnattr_destroy(&attributes_); }

  [[nodiscard]] const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

class FileActions {
 public:
  FileActions() { posix_spawn_file_actions_init(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }

  posix_spawn_file_actions_t* get() { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

/// The strings of a JavaScript array, as exec(3) wants them.
class Strings {
 public:
  explicit Strings(const Napi::Array& array) {
    for (std::uint32_t i = 0; i < array.Length(); ++i) texts_.push_back(Text(array.Get(i)));
    for (std::string& text : texts_) pointers_.push_back(text.data());
    pointers_.push_back(nullptr);
  }

  char** get() { return pointers_.data(); }

 private:
  std::list<std::string> texts_;
  std::vector<char*> pointers_;
};

}  // namespace

Napi::Value SocketPair(const Napi::CallbackInfo& info) {
  int ends[2];
  if (socketpair(AF_UNIX, Int(info[0]) | SOCK_CLOEXEC, 0, ends) == -1) {
    throw SystemError(info.Env(), errno, "socketpair");
  }
  Napi::Array pair = Napi::Array::New(info.Env(), 2);
  for (std::uint32_t at = 0; at < 2; ++at) pair.Set(at, Number(info.Env(), ends[at]));
  return pair;
}

// By posix_spawn, which copies no page tables: libuv's fork(2) does, and costs a process as large
// as Jest more than the rest of a sandbox.
Napi::Value Spawn(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  std::string path = Text(info[0]);
  Strings arguments(info[1].As<Napi::Array>());
  Strings environment(info[2].As<Napi::Array>());
  const auto descriptors = info[3].As<Napi::Array>();

  FileActions actions;
  std::list<Fd> moved;
  for (std::uint32_t target = 0; target < descriptors.Length(); ++target) {
    const Napi::Value source = descriptors.Get(target);
    const int number = static_cast<int>(target);
    if (IsAbsent(source)) {
      posix_spawn_file_actions_addopen(actions.get(), number, "/dev/null", O_RDWR, 0);
      continue;
    }
    // Out of the way of the numbers that are still to be given.
    const Fd& copy = moved.emplace_back(
        fcntl(Int(source), F_DUPFD_CLOEXEC, static_cast<int>(descriptors.Length())));
    if (!copy.ok()) throw SystemError(env, errno, "fcntl");
    posix_spawn_file_actions_adddup2(actions.get(), copy.get(), number);
  }
  const CleanSignals signals;
  pid_t pid = 0;
  const int error = posix_spawn(&pid, path.c_str(), actions.get(), signals.get(), arguments.get(),
                                environment.get());
  if (error != 0) throw SystemError(env, error, "posix_spawn");
  return Number(env, pid);
}
