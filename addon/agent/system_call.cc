#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "operations.h"

namespace {

constexpr int kArguments = 6;

// Followed by the relocations, and then by the memory that the call reads and writes.
struct CallHeader {
  uint64_t number;
  uint64_t arguments[kArguments];
  // Bit i: argument i is an offset into the memory, and its address is meant.
  uint32_t pointers;
  uint32_t relocation_count;
};

// The memory holds, at `at`, a pointer to its own byte at `to`.
struct Relocation {
  uint32_t at;
  uint32_t to;
};

// A raw clone or fork returns twice; the second return must not answer a second time.
bool IsNewProcess(uint64_t number, long value) {
  if (value != 0) return false;
#ifdef SYS_fork
  if (number == SYS_fork) return true;
#endif
  return number == SYS_clone || number == SYS_clone3;
}

}  // namespace

void SystemCall(Message* request, Message* answer) {
  CallHeader call = {};
  if (!ReadBody(*request, &call)) return StartAnswer(answer, -1, EBADMSG);
  size_t at = sizeof(RequestHeader) + sizeof call;
  const size_t relocations_size = sizeof(Relocation) * call.relocation_count;
  if (relocations_size > request->size - at) return StartAnswer(answer, -1, EBADMSG);
  const unsigned char* relocations = request->bytes + at;
  // The memory begins aligned, as malloc(3) would have it.
  at = (at + relocations_size + 15) & ~size_t{15};
  if (at > request->size) return StartAnswer(answer, -1, EBADMSG);
  unsigned char* memory = request->bytes + at;
  const size_t memory_size = request->size - at;

  for (uint32_t i = 0; i < call.relocation_count; ++i) {
    Relocation relocation;
    memcpy(&relocation, relocations + i * sizeof relocation, sizeof relocation);
    const uint64_t address = reinterpret_cast<uint64_t>(memory + relocation.to);
    if (relocation.to > memory_size || memory_size < sizeof address ||
        relocation.at > memory_size - sizeof address) {
      return StartAnswer(answer, -1, EBADMSG);
    }
    memcpy(memory + relocation.at, &address, sizeof address);
  }
  long arguments[kArguments];
  for (uint32_t i = 0; i < kArguments; ++i) {
    arguments[i] = static_cast<long>(call.arguments[i]);
    if ((call.pointers >> i & 1) != 0) arguments[i] += reinterpret_cast<long>(memory);
  }
  const long value = syscall(static_cast<long>(call.number), arguments[0], arguments[1],
                             arguments[2], arguments[3], arguments[4], arguments[5]);
  const int error = value == -1 ? errno : 0;
  if (IsNewProcess(call.number, value)) _exit(0);
  StartAnswer(answer, value, error);
  // It came in one message, so it fits into one.
  Append(answer, memory, memory_size);
}
