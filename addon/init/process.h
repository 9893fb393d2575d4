// The two long lives: the supervisor outside, and PID 1 inside.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include "network/host_side.h"
#include "options.h"

// Outside and inside: all signals are blocked and read from a descriptor from here on. Returns it.
int TakeSignals();

// What init is sent when the supervisor dies and it is not PID 1 of a namespace of its own. Nobody
// else sends it but an uninterruptible power supply's daemon. prctl(2), PR_SET_PDEATHSIG
constexpr int kSupervisorDied = SIGPWR;

// The first process inside, as the supervisor knows it.
struct Init {
  pid_t pid;
  bool own_pid_namespace;
  const volatile bool* became_command;  // nullptr: it only starts the command
};

// Outside: forwards signals to init, ends it when the lifeline closes or a helper of the network
// ends, exits as the command did.
[[noreturn]] void SuperviseInit(const Options& options, const Init& init, HostSide* host_side,
                                int signal_fd);

// Inside: reaps every orphan, forwards signals, and when the command has ended kills all that is
// left.
[[noreturn]] void LiveAsInit(const Options& options, pid_t command, int signal_fd);
