// The memory of the fork server, and what its copies write of it. proc_pid_smaps(5)
#ifndef NS_JEST_ADDON_FORK_MEMORY_H_
#define NS_JEST_ADDON_FORK_MEMORY_H_

/// In the fork server, when it is warm: lets what V8 keeps from children, by MADV_DONTFORK, be
/// copied, and notes what copies will share with it. Returns an errno, or 0. madvise(2)
int LetCopy();

/// The same at any time: for one copy.
int LetCopyNow();

/// In the fork server, before each copy: the same for what V8 has taken since. A copy without it
/// dies of SIGSEGV at the first object in there.
void LetCopyWhatIsNew();

/// In a copy, first: the programs that it starts are to have none of what V8 keeps from them.
void KeepFromChildren();

/// In a copy, when its file has run: tells later copies which pages it had to have of its own. One
/// copy's word is enough.
void TellWrittenPages();

/// In a copy, first: takes those pages in few steps, each of which would be a fault otherwise.
void TakeWrittenPages();

#endif  // NS_JEST_ADDON_FORK_MEMORY_H_
