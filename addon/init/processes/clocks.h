// The time namespace, where clone3(2) cannot make it. time_namespaces(7)
#pragma once

#include "options.h"

// Clocks can be moved only while nobody is in the namespace, and clone3(2) puts the child in at
// once.
bool MovesClocks(const ProcessOptions& options);

// Inside: makes the namespace, moves its clocks and enters it. Reports it as missing where it was
// only to be tried.
void EnterTimeNamespace(const Options& options);
