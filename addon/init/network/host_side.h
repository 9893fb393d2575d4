// Outside: what connects a sandbox's network with the host's, for as long as the sandbox lives.
//
// Nothing of it outlives the supervisor, however he dies. A veth's host end vanishes with the other
// end's namespace, an nf_tables table with the socket that owns it, the helpers with the
// supervisor.
#pragma once

#include <sys/types.h>

#include <memory>
#include <vector>

#include "namespaces.h"
#include "network/netlink.h"
#include "network/network_options.h"
#include "status.h"

// A child process of ours that has to live as long as the sandbox.
struct Helper {
  pid_t pid;
  const char* step;  // what has failed when it ends
  int lifeline;      // it ends when this closes; -1 if a signal is to end it
  int output;        // what it wrote, a file; -1 for none
};

struct HostSide {
  int link = 0;                  // the host end of a veth, by its number: names come again
  std::unique_ptr<Netlink> nat;  // owns the table that translates addresses
  std::vector<Helper> helpers;
  // The child's word to go on, held open: when it closes, nobody is there to wait for.
  int go = -1;
};

// After the id maps: programs enter the child's user namespace.
StepFailure ConnectToHost(const NetworkOptions& options, const Clone& clone, HostSide* side);

// Ends the helpers, and takes down what would vanish by itself a moment later.
void DisconnectFromHost(HostSide* side);

// A child that is not init has ended: what that means, if it was one of the helpers.
StepFailure HelperEnded(HostSide* side, pid_t pid);
