#include "fork/handed_back.h"

#include <string.h>
#include <sys/mman.h>

#include <atomic>

namespace {

/// What a parcel begins with.
struct Head {
  std::atomic<std::uint64_t> size;
  /// Whether all its bytes are there: not yet, or never, if the copy was killed.
  std::atomic<bool> is_whole;
};

/// Copies write behind each other, and all read from the start.
struct Shared {
  static constexpr std::size_t kRoom = std::size_t{64} << 20;

  /// How much is taken by parcels.
  std::atomic<std::size_t> end;
  alignas(alignof(Head)) std::uint8_t room[kRoom];
};
Shared* shared = nullptr;

/// Where the next parcel will be that this process has not taken.
std::size_t next = 0;

Head& HeadAt(std::size_t at) { return *reinterpret_cast<Head*>(shared->room + at); }

std::uint8_t* BytesAt(std::size_t at) { return shared->room + at + sizeof(Head); }

std::size_t RoomFor(std::size_t size) {
  constexpr std::size_t kAlignment = alignof(Head);
  return sizeof(Head) + (size + kAlignment - 1) / kAlignment * kAlignment;
}

}  // namespace

void PrepareHandingBack() {
  void* const memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory != MAP_FAILED) shared = static_cast<Shared*>(memory);
}

bool HandBack(const std::uint8_t* bytes, std::size_t size) {
  if (shared == nullptr || size == 0 || size > Shared::kRoom) return false;
  const std::size_t room = RoomFor(size);
  std::size_t start = shared->end;
  do {
    if (room > Shared::kRoom - start) return false;
  } while (!shared->end.compare_exchange_weak(start, start + room));
  Head& head = HeadAt(start);
  head.size = size;
  memcpy(BytesAt(start), bytes, size);
  head.is_whole = true;
  return true;
}

std::vector<std::uint8_t> TakeBack() {
  while (shared != nullptr && next < shared->end) {
    const Head& head = HeadAt(next);
    const std::size_t size = head.size;
    // It has just been begun. Of a copy that was killed just then nothing more is taken.
    if (size == 0) return {};
    const std::uint8_t* const bytes = BytesAt(next);
    next += RoomFor(size);
    // Another is left out: who needs what is in it does it once more.
    if (head.is_whole) return {bytes, bytes + size};
  }
  return {};
}
