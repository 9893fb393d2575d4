// The memory of the fork server, seen as mappings. proc_pid_smaps(5)
#ifndef NS_JEST_ADDON_FORK_MEMORY_H_
#define NS_JEST_ADDON_FORK_MEMORY_H_

#include <cstddef>
#include <cstdint>
#include <vector>

struct Range {
  std::uintptr_t start;
  std::uintptr_t end;
};

/// Lets what V8 keeps from children, by MADV_DONTFORK, be copied. Returns what that was.
/// madvise(2)
std::vector<Range> LetCopy(int* error);

/// In a copy: the programs that it starts are to have none of it again.
void KeepFromChildren(const std::vector<Range>& ranges);

#endif  // NS_JEST_ADDON_FORK_MEMORY_H_
