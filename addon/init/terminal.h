// The caller's terminal, lent to the command as a shell lends it to a job: the command's process
// group is in the foreground, so that keys reach it alone, and when it stops the caller stops, too.
#pragma once

#include <sys/types.h>

// Outside, before anything is made. It is lent at once where it is the command's input and output.
// Elsewhere, as in a pipeline, others of the caller's group may want it: it is lent when the
// command asks. In the background nothing is lent until we are brought to the foreground.
void OpenTerminal();

// In the child that becomes the command, in a group of its own.
void TakeTerminal();

// The command's parent: it was stopped by this signal.
void NoteStopped(int signal);

// The command's parent: lets the command go on, in the foreground if we are there again.
void Resume(pid_t command, bool in_foreground);

// Whether there is one.
bool HasTerminal();

// Outside: readable when NoteStopped was called inside; -1 without a terminal.
int StoppedFd();

// Outside, after NoteStopped: takes the terminal back and stops the caller. False when the command
// is to go on: it asked for the terminal and can have it, or no shell would ever let us go on.
bool SuspendCaller();

// Outside: whether Resume is to lend the terminal, which it does then.
bool Lend();
