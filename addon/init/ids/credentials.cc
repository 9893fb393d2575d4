#include "ids/credentials.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "status.h"

namespace {

// Raw system calls: libc's wrappers are made for programs with threads. setresuid(2), setxid
bool SetUid(uid_t uid) { return syscall(SYS_setresuid, uid, uid, uid) == 0; }
bool SetGid(gid_t gid) { return syscall(SYS_setresgid, gid, gid, gid) == 0; }

// A change of ids makes a process "not dumpable", and its files in /proc belong to the host's root:
// then /proc/self could not be read any more. prctl(2), PR_SET_DUMPABLE
bool StayReadable() { return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0; }

}  // namespace

bool DieWith(const Supervisor& supervisor) {
  if (prctl(PR_SET_PDEATHSIG, supervisor.death_signal, 0, 0, 0) == -1) return false;
  struct pollfd end = {supervisor.go, 0, 0};
  const int ended = poll(&end, 1, 0);
  // He had died before that call.
  if (ended == 1) _exit(kNoWord);
  return ended == 0;
}

void BecomeLikeInit(const InitIds& ids) {
  // The group first: without user id 0 there may be no right to it. Both keep the capabilities,
  // because the id that is left was not root's. capabilities(7)
  if (!SetGid(ids.gid)) FailStep("become init", std::to_string(ids.gid).c_str(), errno);
  if (!SetUid(ids.uid)) FailStep("become init", std::to_string(ids.uid).c_str(), errno);
  if (!StayReadable()) FailStep("become init", "stay readable", errno);
}

void BecomeInit(const InitIds& ids, const Supervisor& supervisor) {
  BecomeLikeInit(ids);
  if (!DieWith(supervisor)) FailStep("become init", "die with supervisor", errno);
}

Refusal BecomeUser(const IdOptions& options, const Supervisor& supervisor) {
  if (options.clear_groups && syscall(SYS_setgroups, 0, nullptr) == -1) {
    return {"clear groups", "", errno};
  }
  if (options.gid && !SetGid(*options.gid)) return {"set gid", "", errno};
  if (options.uid && !SetUid(*options.uid)) return {"set uid", "", errno};
  if (!options.gid && !options.uid) return {};
  // Also for PID 1, with whom a child of vfork(2) shares its memory, and with that this property.
  if (!StayReadable()) return {"set uid", "stay readable", errno};
  // A command that is PID 1 is the supervisor's child; any other dies with PID 1.
  if (getpid() == 1 && !DieWith(supervisor)) return {"die with supervisor", "", errno};
  return {};
}

Refusal RequireReadable(const IdOptions& options) {
  for (const char* path : options.readable) {
    // What is not there is not this user's problem.
    if (access(path, R_OK | X_OK) == 0 || errno == ENOENT || errno == ENOTDIR) continue;
    return {"read as user", path, errno};
  }
  return {};
}
