#include "fork/memory.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <memory>

namespace {

struct CloseFile {
  void operator()(FILE* file) const { fclose(file); }
};

/// Addresses are numbers in /proc.
void* At(std::uintptr_t address) {
  return reinterpret_cast<void*>(address);  // NOLINT(performance-no-int-to-ptr)
}

bool Advise(const Range& range, int advice) {
  return madvise(At(range.start), range.end - range.start, advice) == 0;
}

/// "VmFlags: rd wr mr mw me dc ac sd": "dc" is "do not copy on fork".
bool IsKeptFromChildren(const char* flags) { return strstr(flags, " dc") != nullptr; }

}  // namespace

std::vector<Range> LetCopy(int* error) {
  std::vector<Range> kept;
  const std::unique_ptr<FILE, CloseFile> file(fopen("/proc/self/smaps", "re"));
  if (!file) {
    *error = errno;
    return kept;
  }
  char line[1024];
  Range current = {};
  while (fgets(line, sizeof line, file.get()) != nullptr) {
    unsigned long start;
    unsigned long end;
    // A mapping's first line is the one that begins with its addresses.
    if (sscanf(line, "%lx-%lx ", &start, &end) == 2) {
      current = {start, end};
    } else if (strncmp(line, "VmFlags:", 8) == 0 && IsKeptFromChildren(line)) {
      kept.push_back(current);
    }
  }
  for (const Range& range : kept) {
    if (!Advise(range, MADV_DOFORK)) *error = errno;
  }
  return kept;
}

void KeepFromChildren(const std::vector<Range>& ranges) {
  // What the copy has unmapped since is of no interest.
  for (const Range& range : ranges) Advise(range, MADV_DONTFORK);
}
