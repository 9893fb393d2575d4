#include "fork/appearance.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdint>
#include <memory>

#include "exports.h"
#include "values.h"

namespace {

/// Where the kernel looks for what it shows. Nothing noted: arg_start is 0.
struct prctl_mm_map map = {};

/// An address of this process, as memory that is ours to write.
char* At(std::uint64_t address) {
  return reinterpret_cast<char*>(address);  // NOLINT(performance-no-int-to-ptr)
}

std::uint64_t AddressOf(const void* memory) { return reinterpret_cast<std::uintptr_t>(memory); }

/// Fields 26 to 28 and 45 to 51, of which the numbers count from 3 behind the name, which may hold
/// anything. proc_pid_stat(5)
bool ReadStat(const char* line) {
  const char* const name_end = strrchr(line, ')');
  if (name_end == nullptr) return false;
  unsigned long long at[10];
  const int got = sscanf(
      name_end + 1,
      " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %*u %*u %*d %*u"
      " %llu %llu %llu"
      " %*u %*u %*u %*u %*u %*u %*u %*u %*u %*d %*d %*u %*u %*u %*u %*d"
      " %llu %llu %llu %llu %llu %llu %llu",
      &at[0], &at[1], &at[2], &at[3], &at[4], &at[5], &at[6], &at[7], &at[8], &at[9]);
  if (got != 10) return false;
  map.start_code = at[0];
  map.end_code = at[1];
  map.start_stack = at[2];
  map.start_data = at[3];
  map.end_data = at[4];
  map.start_brk = at[5];
  map.arg_start = at[6];
  map.arg_end = at[7];
  map.env_start = at[8];
  map.env_end = at[9];
  return true;
}

/// Memory for as long as the process lives.
char* Keep(const std::string& text) {
  void* const memory =
      mmap(nullptr, text.size() + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  memcpy(memory, text.data(), text.size());
  return static_cast<char*>(memory);
}

/// One string, of a list of them.
std::string Row(const Napi::Value& value) {
  const auto list = value.As<Napi::Array>();
  std::string row;
  for (uint32_t at = 0; at < list.Length(); ++at) {
    row += Text(list.Get(at));
    row += '\0';
  }
  return row;
}

}  // namespace

void NoteAppearance() {
  FILE* const file = fopen("/proc/self/stat", "re");
  if (file == nullptr) return;
  char line[2048];
  if (fgets(line, sizeof line, file) == nullptr || !ReadStat(line)) map = {};
  fclose(file);
}

void ShowAs(const std::string& command_line, const std::string& environment) {
  const std::uint64_t room = map.arg_end - map.arg_start;
  if (map.arg_start == 0 || command_line.size() > room) return;
  // In its place: that is where process.title is written to, too.
  memset(At(map.arg_start), 0, room);
  memcpy(At(map.arg_start), command_line.data(), command_line.size());

  struct prctl_mm_map shown = map;
  shown.arg_end = map.arg_start + command_line.size();
  const char* const variables = Keep(environment);
  if (variables != nullptr) {
    shown.env_start = AddressOf(variables);
    shown.env_end = shown.env_start + environment.size();
  }
  shown.brk = AddressOf(sbrk(0));
  shown.exe_fd = ~0U;
  // A kernel without CONFIG_CHECKPOINT_RESTORE refuses: then empty words follow the command line,
  // and the environment is the fork server's. PR_SET_MM_MAP(2const)
  prctl(PR_SET_MM, PR_SET_MM_MAP, &shown, sizeof shown, 0);
}

Napi::Value CopyShowAs(const Napi::CallbackInfo& info) {
  ShowAs(Row(info[0]), Row(info[1]));
  return info.Env().Undefined();
}
