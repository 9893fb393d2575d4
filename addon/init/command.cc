#include "command.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "processes/privileges.h"
#include "refusal.h"
#include "status.h"
#include "terminal.h"

namespace {

// A process group of its own: kill(0, ...) in the command is not meant for us.
Refusal LeaveGroup(const CommandPlan&) {
  // Refused to who leads a session, and has one already.
  if (setpgid(0, 0) == -1 && getpgrp() != getpid()) return {"leave process group", "", errno};
  return {};
}

// While SIGTTOU is blocked.
Refusal ComeToForeground(const CommandPlan&) {
  TakeTerminal();
  return {};
}

// Where there is no PID 1 of ours whose end would be the command's.
Refusal DieWithUs(const CommandPlan& plan) {
  if (!plan.options.enter.namespaces.empty() && prctl(PR_SET_PDEATHSIG, SIGKILL) == -1) {
    return {"die with supervisor", "", errno};
  }
  return {};
}

Refusal LetSignalsThrough(const CommandPlan&) {
  sigset_t none;
  sigemptyset(&none);
  if (sigprocmask(SIG_SETMASK, &none, nullptr) == -1) return {"let signals through", "", errno};
  return {};
}

// Through the path again: the inherited directory lies under what was covered.
Refusal EnterDirectory(const CommandPlan& plan) {
  if (chdir(plan.directory) == -1) return {"change directory", plan.directory, errno};
  return {};
}

Refusal SetUmask(const CommandPlan& plan) {
  if (plan.options.processes.umask) umask(*plan.options.processes.umask);
  return {};
}

using Step = Refusal (*)(const CommandPlan& plan);

// In the order in which they let each other pass: limits while we may set them, ids while we have
// the capabilities for it, capabilities before we promise to want no more, and the filter last, for
// it could refuse any other step.
constexpr Step kSteps[] = {
    LeaveGroup,
    ComeToForeground,
    DieWithUs,
    LetSignalsThrough,
    EnterDirectory,
    SetUmask,
    [](const CommandPlan& plan) { return SetLimits(plan.limits); },
    [](const CommandPlan& plan) { return HoldCapabilities(plan.capabilities); },
    [](const CommandPlan& plan) { return BecomeUser(plan.options.ids, plan.supervisor); },
    // Again: a change of ids forgets it. PR_SET_PDEATHSIG(2const)
    DieWithUs,
    [](const CommandPlan& plan) { return SetCapabilities(plan.capabilities); },
    [](const CommandPlan& plan) { return RequireReadable(plan.options.ids); },
    [](const CommandPlan& plan) { return ForbidNewPrivileges(plan.options.processes); },
    [](const CommandPlan& plan) { return InstallFilter(plan.options.processes); },
};

}  // namespace

Refusal BecomeCommand(const CommandPlan& plan) {
  for (const Step step : kSteps) {
    const Refusal refusal = step(plan);
    if (refusal.error != 0) return refusal;
  }
  char** const command = plan.options.command;
  execvp(command[0], command);
  return {"exec", command[0], errno};
}

pid_t StartCommand(const CommandPlan& plan) {
  volatile Refusal failed;
  // vfork: no page table is copied for a process that leaves it at once, and what the child notes
  // is simply ours to read when we go on. It does nothing but system calls. vfork(2)
  const pid_t pid = vfork();  // NOLINT
  if (pid == -1) FailStep("start command", "fork", errno);
  if (pid == 0) {
    const Refusal refusal = BecomeCommand(plan);
    failed.step = refusal.step;
    failed.subject = refusal.subject;
    failed.error = refusal.error;
    _exit(127);
  }
  if (failed.error != 0) FailStep(failed.step, failed.subject, failed.error);
  return pid;
}
