// What ns-init is asked to do: the command line, parsed. The launcher is the only place that
// decides; nothing here has a default that isolates less than the words say.
#pragma once

#include <string>
#include <vector>

struct IdMapLine {
  unsigned inside;
  unsigned outside;
  unsigned count;
};

struct BindLine {
  const char* source;
  const char* target;
  bool readonly;
};

struct Options {
  unsigned long namespaces = 0;      // CLONE_NEW* that must be had
  unsigned long try_namespaces = 0;  // CLONE_NEW* that may be missing
  std::vector<IdMapLine> uid_map;
  std::vector<IdMapLine> gid_map;
  bool deny_setgroups = false;
  bool mount_proc = false;
  bool protect_proc = false;
  bool mount_sys = false;
  bool minimal_dev = false;
  bool mount_mqueue = false;
  bool protect_sys = false;
  std::vector<const char*> tmpfs;        // directories to cover
  std::vector<const char*> directories;  // to make, below a covered directory
  std::vector<const char*> keep;         // paths below them that stay visible
  std::vector<BindLine> binds;           // in order, after everything else
  const char* hostname = nullptr;
  const char* domainname = nullptr;
  bool loopback = false;
  bool open_low_ports = false;
  int status_fd = -1;
  int lifeline_fd = -1;
  std::vector<int> pass_fds;  // beside 0, 1 and 2
  char** command = nullptr;   // null-terminated; command[0] is a path or is searched in PATH
};

// Exits with status 2 and one sentence on standard error when the command line is wrong.
Options ParseOptions(int argc, char** argv);

// "uts", "mount", ... for one CLONE_NEW* flag.
const char* NamespaceName(unsigned long flag);
