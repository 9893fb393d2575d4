// Who PID 1 and the command are: setresuid(2) and its kin, after the id maps are written.
#pragma once

#include "ids/id_options.h"
#include "refusal.h"

// A change of ids clears the parent-death signal. prctl(2), PR_SET_PDEATHSIG
struct Supervisor {
  int death_signal = 0;  // what we are sent when he dies
  int go = -1;           // he holds the other end for as long as he lives
};

// From here on, also if he has died already. Refused with an errno.
bool DieWith(const Supervisor& supervisor);

// Inside: PID 1 takes ids that exist, when its own are not mapped. It keeps its capabilities.
void BecomeInit(const InitIds& ids, const Supervisor& supervisor);

// For whoever comes later: the ids of such an init.
void BecomeLikeInit(const InitIds& ids);

// Both in the child that becomes the command.
Refusal BecomeUser(const IdOptions& options, const Supervisor& supervisor);
Refusal RequireReadable(const IdOptions& options);
