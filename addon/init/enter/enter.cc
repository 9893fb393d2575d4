#include "enter/enter.h"

#include <errno.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <vector>

#include "options.h"
#include "status.h"

void JoinGroups(const EnterOptions& options) {
  for (const int fd : options.groups) {
    // 0 is whoever writes it.
    if (write(fd, "0", 1) == -1) ReportFallback("the sandbox's cgroup", "the caller's", errno);
  }
}

void EnterNamespaces(const EnterOptions& options) {
  std::vector<int> rest = options.namespaces;
  // Which has to come first depends on who owns whom: a user namespace gives the rights over those
  // that it owns, and takes the rights over all others. So what is refused is tried again after
  // another was entered. setns(2)
  while (!rest.empty()) {
    std::vector<int> refused;
    int error = 0;
    for (const int fd : rest) {
      if (setns(fd, 0) == 0) continue;
      error = errno;
      refused.push_back(fd);
    }
    if (refused.size() == rest.size()) {
      const int flag = ioctl(rest.front(), NS_GET_NSTYPE);
      FailStep("enter namespace", NamespaceName(static_cast<unsigned long>(flag)), error);
    }
    rest = refused;
  }
  // A sandbox whose root could not be pivoted has another than its mount namespace.
  if (options.root != -1 && (fchdir(options.root) == -1 || chroot(".") == -1)) {
    FailStep("enter root", "", errno);
  }
}

void WaitForSignal() {
  for (;;) pause();
}
