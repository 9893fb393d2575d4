// What ns-init is asked to do: the command line, parsed. The launcher is the only place that
// decides; nothing here has a default that isolates less than the words say.
#pragma once

#include <vector>

#include "enter/enter_options.h"
#include "files/file_options.h"
#include "ids/id_options.h"
#include "limits/limit_options.h"
#include "network/network_options.h"
#include "processes/process_options.h"

// A namespace that exists, to be entered: its CLONE_NEW* flag and its file.
struct Join {
  unsigned long flag;
  const char* path;
};

struct Options {
  unsigned long namespaces = 0;      // CLONE_NEW* that must be had
  unsigned long try_namespaces = 0;  // CLONE_NEW* that may be missing
  EnterOptions enter;
  std::vector<Join> joins;
  IdOptions ids;
  FileOptions files;
  NetworkOptions network;
  ProcessOptions processes;
  LimitOptions limits;
  int status_fd = -1;
  int lifeline_fd = -1;
  bool may_stay = false;      // a word on the lifeline keeps all of it
  int copy_fd = -1;           // the fork server, which is to give the command; -1: exec it
  std::vector<int> pass_fds;  // beside 0, 1 and 2
  char** command = nullptr;   // null-terminated; command[0] is a path or is searched in PATH
};

// Exits with status 2 and one sentence on standard error when the command line is wrong.
Options ParseOptions(int argc, char** argv);

// "uts", "mount", ... for one CLONE_NEW* flag.
const char* NamespaceName(unsigned long flag);
