#include "fork/platform.h"

#include <dlfcn.h>
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

namespace {

// Itanium C++ ABI: what Node exports of its v8::Platform, and how a table of virtual functions
// looks: two words about the class, then addresses.
constexpr char kTable[] = "_ZTVN4node12NodePlatformE";
constexpr char kNumberOfWorkerThreads[] = "_ZN4node12NodePlatform21NumberOfWorkerThreadsEv";
constexpr int kMostFunctions = 16;

int None(const void* /* platform */) { return 0; }

bool Protect(void** entry, int protection) {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const std::uintptr_t start = reinterpret_cast<std::uintptr_t>(entry) & ~(page - 1);
  return mprotect(reinterpret_cast<void*>(start), page, protection) == 0;  // NOLINT
}

}  // namespace

int DoWithoutWorkerThreads() {
  auto* const table = static_cast<void**>(dlsym(RTLD_DEFAULT, kTable));
  void* const original = dlsym(RTLD_DEFAULT, kNumberOfWorkerThreads);
  if (table == nullptr || original == nullptr) return ENOSYS;
  void** const functions = table + 2;
  void** const entry = std::find(functions, functions + kMostFunctions, original);
  if (entry == functions + kMostFunctions) return ENOSYS;
  if (!Protect(entry, PROT_READ | PROT_WRITE)) return errno;
  *entry = reinterpret_cast<void*>(&None);
  return Protect(entry, PROT_READ) ? 0 : errno;
}
