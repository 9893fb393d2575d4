#include "processes/privileges.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

Refusal ForbidNewPrivileges(const ProcessOptions& options) {
  if (options.no_new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1) {
    return {"forbid new privileges", "", errno};
  }
  return {};
}

Refusal InstallFilter(const ProcessOptions& options) {
  if (options.filter.empty()) return {};
  const struct sock_fprog program = {static_cast<unsigned short>(options.filter.size()),
                                     const_cast<struct sock_filter*>(options.filter.data())};
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0) return {};
  // Without CAP_SYS_ADMIN a filter takes the promise that exec gives no new privileges: otherwise a
  // setuid program could be led astray by it. seccomp(2)
  if (errno == EACCES && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0) {
    return {};
  }
  return {"install filter", "seccomp", errno};
}
