// The host's /proc, also after we have entered another mount namespace, whose /proc may count
// processes differently.
#pragma once

#include <sys/types.h>

// Outside, before another mount namespace is entered.
void KeepProc();

// Opens /proc/PID/FILE; -1 with errno as open(2).
int OpenProc(pid_t pid, const char* file, int flags);
