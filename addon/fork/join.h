// From the fork server into a sandbox.
#ifndef NS_JEST_ADDON_FORK_JOIN_H_
#define NS_JEST_ADDON_FORK_JOIN_H_

#include <sys/types.h>

#include "copy_request.h"

/// Copies this process into the sandbox that the request names, where PID 1 becomes its parent.
/// Returns true in the copy, and false in the fork server; whoever fails reports.
bool CopyInto(const CopyRequest& request, const int (&descriptors)[kCopyDescriptors]);

#endif  // NS_JEST_ADDON_FORK_JOIN_H_
