#include "ids/id_maps.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "ids/id_programs.h"
#include "proc.h"

namespace {

std::string MapText(const std::vector<IdMapLine>& map) {
  std::string text;
  for (const IdMapLine& line : map) {
    text += std::to_string(line.inside) + ' ' + std::to_string(line.outside) + ' ' +
            std::to_string(line.count) + '\n';
  }
  return text;
}

// The kernel takes a map in one write only. user_namespaces(7)
StepFailure WriteProcFile(pid_t child, const char* file, const std::string& text) {
  const std::string step = std::string("write ") + file;
  const int fd = OpenProc(child, file, O_WRONLY);
  if (fd == -1) return {step, text, errno};
  const ssize_t written = write(fd, text.data(), text.size());
  const int error = errno;
  close(fd);
  if (written != static_cast<ssize_t>(text.size())) return {step, text, error};
  return {};
}

}  // namespace

StepFailure WriteIdMaps(const IdOptions& options, pid_t child, int lifeline_fd) {
  struct Map {
    const char* file;
    const std::vector<IdMapLine>& lines;
    const char* program;
  };
  StepFailure failure;
  // setgroups first: the kernel refuses an ordinary user's gid_map while it is allowed.
  if (options.deny_setgroups) failure = WriteProcFile(child, "setgroups", "deny");
  for (const Map& map : {Map{"uid_map", options.uid_map, options.newuidmap},
                         Map{"gid_map", options.gid_map, options.newgidmap}}) {
    if (failure.error != 0 || map.lines.empty()) continue;
    failure = map.program == nullptr ? WriteProcFile(child, map.file, MapText(map.lines))
                                     : RunIdProgram(map.program, map.lines, child, lifeline_fd);
  }
  return failure;
}
