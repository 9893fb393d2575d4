#include "fork/handed_back.h"

#include <string.h>
#include <sys/mman.h>

#include <atomic>

namespace {

/// A parcel begins with its size, and its bytes follow. 0 is the size of one that is being written.
using Size = std::atomic<std::uint64_t>;

/// Copies write behind each other, and all read from the start.
struct Shared {
  static constexpr std::size_t kRoom = std::size_t{64} << 20;

  /// How much is taken by parcels.
  std::atomic<std::size_t> end;
  alignas(alignof(Size)) std::uint8_t room[kRoom];
};
Shared* shared = nullptr;

/// Where the next parcel will be that this process has not taken.
std::size_t next = 0;

Size& SizeAt(std::size_t at) { return *reinterpret_cast<Size*>(shared->room + at); }

std::uint8_t* BytesAt(std::size_t at) { return shared->room + at + sizeof(Size); }

std::size_t RoomFor(std::size_t size) {
  constexpr std::size_t kAlignment = alignof(Size);
  return sizeof(Size) + (size + kAlignment - 1) / kAlignment * kAlignment;
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
  memcpy(BytesAt(start), bytes, size);
  SizeAt(start).store(size, std::memory_order_release);
  return true;
}

std::vector<std::uint8_t> TakeBack() {
  if (shared == nullptr || next >= shared->end) return {};
  // Of a copy that was killed while it wrote: then nothing is taken any more.
  const std::size_t size = SizeAt(next).load(std::memory_order_acquire);
  if (size == 0) return {};
  std::vector<std::uint8_t> bytes(BytesAt(next), BytesAt(next) + size);
  next += RoomFor(size);
  return bytes;
}
