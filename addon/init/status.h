// The status descriptor: what happens is told there, one JSON object a line, so that a failed
// set-up can never look like a failed test.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <string>
#include <vector>

#include "files/written.h"

struct LeftProcess {
  pid_t pid;
  std::string command;
};

struct ExitReport {
  bool signaled;
  int code_or_signal;
  struct rusage usage;
  std::vector<LeftProcess> left;  // what was still running when the command had ended
  WrittenFiles written;           // to overlays that vanish
};

// Where to report; -1 reports failures on standard error instead.
void SetStatusFd(int fd);

// What has to be done before this process ends by itself, the last first.
void AtExit(void (*act)());

// In a child: it is the parent's to do.
void ForgetAtExit();

// Ends this process.
[[noreturn]] void Exit(int code);

// A set-up step failed. Never returns: the process exits with kSetupFailed.
[[noreturn]] void FailStep(const char* step, const char* subject, int error);

// The same when there is no memory left: std::set_new_handler.
[[noreturn]] void FailForMemory();

// A namespace that was only to be tried could not be had.
void ReportMissing(const char* namespace_name, int error);

// Something was to be had by lesser means only.
void ReportFallback(const char* wanted, const char* instead, int error);

// Notes when this was reached, for whoever wants to know where time goes. A child has what was
// noted before it was cloned.
void Reach(const char* milestone);

// Set-up is done and there is a command. `init` is the pid of PID 1 as the host sees it.
void ReportReady(pid_t init);

void ReportExit(const ExitReport& report);

// All inside is stopped, and stays when nobody holds the lifeline any more.
void ReportKept();

// PID 1 itself was ended, so that nobody can say how the command ended.
void ReportInitKilled(int signal);

struct Counter {
  const char* name;
  unsigned long long value;
};

// What the sandbox used of its limits.
void ReportCounters(const std::vector<Counter>& counters);

// A step outside that failed. Whether it is to be reported depends on the child: see main.cc.
struct StepFailure {
  std::string step;
  std::string subject;
  int error = 0;  // 0: it did not fail
};

// In place of an errno: no system call failed, and the subject is what a program said.
constexpr int kToldBySubject = -1;

// Of a process that ends because of another's end: that one has a reason to tell.
constexpr int kNoWord = 124;
constexpr int kSetupFailed = 125;  // as env(1) and docker-run(1) use it: the launcher failed
