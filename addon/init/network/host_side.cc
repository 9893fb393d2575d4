#include "network/host_side.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "network/publish.h"
#include "network/requests.h"
#include "network/uplink_program.h"
#include "network/veth.h"

namespace {

// The last line that a program wrote, which is where programs say why they give up.
std::string LastLine(int fd) {
  char buffer[2048];
  const off_t size = lseek(fd, 0, SEEK_END);
  const off_t start = size > static_cast<off_t>(sizeof buffer) ? size - off_t{sizeof buffer} : 0;
  const ssize_t got = pread(fd, buffer, sizeof buffer, start);
  std::string last;
  std::string text(buffer, got > 0 ? static_cast<size_t>(got) : 0);
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string line = text.substr(0, end);
    text.erase(0, end == std::string::npos ? end : end + 1);
    // pasta of 2023 complains of a missing system logger after each line.
    if (!line.empty() && line.find("to syslog") == std::string::npos) last = line;
  }
  return last;
}

}  // namespace

StepFailure ConnectToHost(const NetworkOptions& options, const Clone& clone, HostSide* side) {
  StepFailure failure;
  // First what holds ports: nothing else is made in vain when one is taken. And it is forked before
  // there is anything else that a child could hold open.
  if (!options.publish.empty()) failure = StartPublishing(options.publish, clone, side);
  if (failure.error != 0 || !options.uplink) return failure;
  return WantsUplinkProgram(options) ? StartUplinkProgram(*options.uplink, clone, side)
                                     : ConnectVeth(*options.uplink, clone, side);
}

void DisconnectFromHost(HostSide* side) {
  if (side->go != -1) close(side->go);
  side->go = -1;
  for (const Helper& helper : side->helpers) {
    if (helper.lifeline != -1) {
      close(helper.lifeline);
    } else {
      kill(helper.pid, SIGKILL);
    }
    while (waitpid(helper.pid, nullptr, 0) == -1 && errno == EINTR) {
    }
  }
  side->helpers.clear();
  side->nat.reset();
  if (side->link != 0) {
    Netlink netlink(NETLINK_ROUTE);
    // ENODEV: the kernel was faster.
    netlink.Change(DeleteLinkRequest(side->link));
  }
}

StepFailure HelperEnded(HostSide* side, pid_t pid) {
  for (auto helper = side->helpers.begin(); helper != side->helpers.end(); ++helper) {
    if (helper->pid != pid) continue;
    const std::string said = helper->output == -1 ? "" : LastLine(helper->output);
    const char* const step = helper->step;
    side->helpers.erase(helper);
    return {step, said.empty() ? "it ended" : said, kToldBySubject};
  }
  return {};
}
