// Runs the command in namespaces that are there already, as nsenter(1) does.
#pragma once

#include "enter/enter_options.h"

// The groups that limit what is there. Whoever is refused, as a user may be whose terminal is in a
// group of another's, says so and stays where he is.
void JoinGroups(const EnterOptions& options);

// For this process, but for PID namespaces: those are for its children. setns(2)
void EnterNamespaces(const EnterOptions& options);

// The whole life of the command that `ns-init --wait` is: it is there, until a signal ends it.
[[noreturn]] void WaitForSignal();
