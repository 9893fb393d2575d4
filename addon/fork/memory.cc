#include "fork/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "fd.h"

// Linux 5.14. The headers of older systems do not have it.
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

namespace {

struct Range {
  std::uintptr_t start;
  std::uintptr_t end;
};

/// Marked MADV_DONTFORK, until we have seen them.
std::vector<Range> kept_from_children;
/// Private and writable: a copy gets a page of its own when it writes there.
std::vector<Range> copied_on_write;

/// What copies tell each other, in memory that they share.
struct Written {
  enum State : int { kUnknown, kBeingTold, kKnown };
  static constexpr std::size_t kMost = 4096;

  std::atomic<int> state;
  std::size_t count;
  Range ranges[kMost];
};
Written* written = nullptr;

/// Kernels of arm64 have pages of 4, 16 or 64 KiB.
const auto kPage = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
/// Pages between two written ones that are taken with them: a step costs as much.
constexpr std::size_t kGap = 1;

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

/// "VmFlags: rd wr mr mw me dc ac sd", two letters each. "dc" is "do not copy on fork", "sh" is
/// "shared".
bool HasFlag(const char* flags, const char* flag) { return strstr(flags, flag) != nullptr; }

/// In /proc/self/pagemap a page is eight bytes. proc_pid_pagemap(5)
constexpr std::uint64_t kPresent = std::uint64_t{1} << 63;
constexpr std::uint64_t kExclusive = std::uint64_t{1} << 56;

void NotePages(int pagemap, const Range& range) {
  constexpr std::size_t kBatch = 512;
  std::uint64_t pages[kBatch];
  for (std::uintptr_t at = range.start; at < range.end;) {
    const std::size_t wanted = std::min(kBatch, (range.end - at) / kPage);
    const ssize_t got = pread(pagemap, pages, wanted * sizeof *pages,
                              static_cast<off_t>(at / kPage * sizeof *pages));
    if (got <= 0) return;
    const auto count = static_cast<std::size_t>(got) / sizeof *pages;
    for (std::size_t i = 0; i < count; ++i, at += kPage) {
      if ((pages[i] & (kPresent | kExclusive)) != (kPresent | kExclusive)) continue;
      Range* const last = written->count == 0 ? nullptr : &written->ranges[written->count - 1];
      if (last != nullptr && last->end >= range.start && at - last->end <= kGap * kPage) {
        last->end = at + kPage;
      } else if (written->count < Written::kMost) {
        written->ranges[written->count++] = {at, at + kPage};
      }
    }
  }
}

int LetCopyAll() {
  const std::unique_ptr<FILE, CloseFile> file(fopen("/proc/self/smaps", "re"));
  if (!file) return errno;
  const std::size_t known = kept_from_children.size();
  copied_on_write.clear();
  char line[1024];
  Range current = {};
  while (fgets(line, sizeof line, file.get()) != nullptr) {
    unsigned long start;
    unsigned long end;
    // A mapping's first line is the one that begins with its addresses.
    if (sscanf(line, "%lx-%lx ", &start, &end) == 2) {
      current = {start, end};
    } else if (strncmp(line, "VmFlags:", 8) == 0) {
      if (HasFlag(line, " dc")) kept_from_children.push_back(current);
      if (HasFlag(line, " wr") && !HasFlag(line, " sh")) copied_on_write.push_back(current);
    }
  }
  for (std::size_t i = known; i < kept_from_children.size(); ++i) {
    if (!Advise(kept_from_children[i], MADV_DOFORK)) return errno;
  }
  return 0;
}

}  // namespace

int LetCopyNow() {
  if (written == nullptr) return LetCopyAll();
  LetCopyWhatIsNew();
  return 0;
}

int LetCopy() {
  const int error = LetCopyAll();
  if (error != 0) return error;
  void* const memory =
      mmap(nullptr, sizeof(Written), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return errno;
  written = static_cast<Written*>(memory);
  return 0;
}

void LetCopyWhatIsNew() {
  // Not smaps, which counts pages. Without it copies are what they were before.
  const std::unique_ptr<FILE, CloseFile> file(fopen("/proc/self/maps", "re"));
  if (!file) return;
  char line[1024];
  while (fgets(line, sizeof line, file.get()) != nullptr) {
    Range range = {};
    char permissions[5];
    unsigned long inode;
    if (sscanf(line, "%lx-%lx %4s %*s %*s %lu", &range.start, &range.end, permissions, &inode) != 4)
      continue;
    // What is the kernel's own there refuses, and is copied anyway.
    if (permissions[3] == 'p' && inode == 0) Advise(range, MADV_DOFORK);
  }
}

void KeepFromChildren() {
  for (const Range& range : kept_from_children) Advise(range, MADV_DONTFORK);
}

void TellWrittenPages() {
  int unknown = Written::kUnknown;
  if (!written->state.compare_exchange_strong(unknown, Written::kBeingTold)) return;
  const Fd pagemap(open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC));
  // Without it nothing is known, and pages are taken one by one.
  if (pagemap.ok()) {
    for (const Range& range : copied_on_write) NotePages(pagemap.get(), range);
  }
  written->state = Written::kKnown;
}

void TakeWrittenPages() {
  // There is none before the process is warm.
  if (written == nullptr || written->state != Written::kKnown) return;
  for (std::size_t i = 0; i < written->count; ++i) {
    // What an older kernel does not know, or a sandbox has no memory for, comes fault by fault.
    if (!Advise(written->ranges[i], MADV_POPULATE_WRITE) && errno == EINVAL) return;
  }
}
