// The two long lives: the supervisor outside, and PID 1 inside.
#pragma once

#include <sys/types.h>

#include "options.h"

// Outside and inside: all signals are blocked and read from a descriptor from here on. Returns it.
int TakeSignals();

// Outside: forwards signals to PID 1, ends it when the lifeline closes, exits as the command did.
[[noreturn]] void SuperviseInit(const Options& options, pid_t init, int signal_fd);

// Inside: starts the command and returns its pid.
pid_t StartCommand(const Options& options, const char* directory);

// Inside: reaps every orphan, forwards signals, and when the command has ended kills all that is
// left.
[[noreturn]] void LiveAsInit(const Options& options, pid_t command, int signal_fd);
