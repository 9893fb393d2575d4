// What ns-init asks the fork server, and what comes back. Both are on this machine and of one
// build.
#ifndef NS_JEST_ADDON_COPY_REQUEST_H_
#define NS_JEST_ADDON_COPY_REQUEST_H_

#include <limits.h>
#include <sys/types.h>

// One message of a SOCK_SEQPACKET socket, with descriptors in this order. unix(7), SCM_RIGHTS
enum CopyDescriptor {
  kCopyReport,   // where the answer goes
  kCopyInit,     // a pidfd of PID 1, whose namespaces the copy joins
  kCopyRoot,     // its root directory
  kCopyInput,    // 0, 1 and 2 of the copy
  kCopyOutput,   //
  kCopyError,    //
  kCopyChannel,  // at what number it comes out is told in the copy
  kCopyDescriptors
};

struct CopyRequest {
  unsigned long namespaces;  // CLONE_NEW* that PID 1 does not share with the fork server
  bool new_session;
  int umask;  // -1: the fork server's
  char directory[PATH_MAX];
};

// From the copy itself when it is in place, or from whoever failed on the way.
struct CopyReport {
  pid_t pid;  // in the PID namespace of the sandbox; 0: there is none, because
  int error;  // an errno
  char step[64];
};

#endif  // NS_JEST_ADDON_COPY_REQUEST_H_
