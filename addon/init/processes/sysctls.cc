#include "processes/sysctls.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "kernel.h"
#include "status.h"

namespace {

// A name that ends in a dot stands for all below it.
constexpr struct {
  std::string_view name;
  unsigned long owner;
} kRows[] = {
    {"net.", CLONE_NEWNET},
    {"user.", CLONE_NEWUSER},
    {"fs.mqueue.", CLONE_NEWIPC},
    {"kernel.sem", CLONE_NEWIPC},
    {"kernel.msgmax", CLONE_NEWIPC},
    {"kernel.msgmnb", CLONE_NEWIPC},
    {"kernel.msgmni", CLONE_NEWIPC},
    {"kernel.shmall", CLONE_NEWIPC},
    {"kernel.shmmax", CLONE_NEWIPC},
    {"kernel.shmmni", CLONE_NEWIPC},
    {"kernel.shm_rmid_forced", CLONE_NEWIPC},
};

// As sysctl(8) reads it: a dot separates, and a slash is a dot of an interface's name.
std::string PathOf(const char* name) {
  std::string path("/proc/sys/");
  for (const char* at = name; *at != '\0'; ++at) path += *at == '.' ? '/' : *at == '/' ? '.' : *at;
  return path;
}

}  // namespace

unsigned long SysctlOwner(const char* name) {
  // Out of what it is below, a name could reach what is everybody's.
  if (PathOf(name).find("..") != std::string::npos) return 0;
  const std::string_view whole(name);
  for (const auto& row : kRows) {
    if (row.name.back() == '.' ? whole.starts_with(row.name) : whole == row.name) return row.owner;
  }
  return 0;
}

void WriteSysctls(const ProcessOptions& options) {
  for (const SysctlLine& line : options.sysctls) {
    const int fd = open(PathOf(line.name).c_str(), O_WRONLY | O_CLOEXEC);
    if (fd == -1) FailStep("open sysctl", line.name, errno);
    // An empty value is a value: it takes a write, too.
    const std::string value = std::string(line.value) + '\n';
    if (write(fd, value.data(), value.size()) == -1) {
      const int error = errno;
      FailStep("write sysctl", (std::string(line.name) + " = " + line.value).c_str(), error);
    }
    close(fd);
  }
}
