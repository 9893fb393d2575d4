// The worker threads of Node's v8::Platform: where V8 compiles, collects garbage and the like
// beside what runs. A copy has none of those that Node has started.
#ifndef NS_JEST_ADDON_FORK_PLATFORM_H_
#define NS_JEST_ADDON_FORK_PLATFORM_H_

/// In the fork server, first: sees what V8 wants done from here on. Returns an errno if this Node
/// does not show where. Nothing changes yet.
int WatchPlatform();

/// In the fork server, when it is to be copied: waits until its threads have done all.
void DrainPlatform();

/// In a copy: from here on threads of its own do it.
void TakeOverPlatform();

#endif  // NS_JEST_ADDON_FORK_PLATFORM_H_
