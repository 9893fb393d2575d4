#include "copy.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "copy_request.h"
#include "status.h"

namespace {

constexpr char kStep[] = "copy fork server";

/// It takes milliseconds.
constexpr int kLongestMs = 10000;

int Open(long fd, const char* what) {
  if (fd == -1) FailStep(kStep, what, errno);
  return static_cast<int>(fd);
}

void Send(int server, const CopyRequest& request, const int (&descriptors)[kCopyDescriptors]) {
  alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof descriptors)] = {};
  struct iovec body = {const_cast<CopyRequest*>(&request), sizeof request};
  struct msghdr message = {};
  message.msg_iov = &body;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  struct cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof descriptors);
  memcpy(CMSG_DATA(header), descriptors, sizeof descriptors);
  while (sendmsg(server, &message, MSG_NOSIGNAL) == -1) {
    if (errno != EINTR) FailStep(kStep, "ask", errno);
  }
}

}  // namespace

pid_t StartCopy(const CommandPlan& plan, unsigned long namespaces) {
  const Options& options = plan.options;
  CopyRequest request = {};
  request.namespaces = namespaces;
  for (const Join& join : options.joins) request.namespaces |= join.flag;
  request.new_session = options.processes.new_session;
  request.umask = options.processes.umask ? static_cast<int>(*options.processes.umask) : -1;
  snprintf(request.directory, sizeof request.directory, "%s", plan.directory);

  int report[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, report) == -1) {
    FailStep(kStep, "socketpair", errno);
  }
  const int init = Open(syscall(SYS_pidfd_open, getpid(), 0), "pidfd");
  const int root = Open(open("/", O_PATH | O_CLOEXEC), "/");
  const int descriptors[kCopyDescriptors] = {report[1], init, root, 0, 1, 2, options.pass_fds[0]};
  Send(options.copy_fd, request, descriptors);
  for (const int fd : {report[1], init, root, options.copy_fd}) close(fd);

  // A copy that hangs goes with the sandbox.
  struct pollfd told = {report[0], POLLIN, 0};
  if (poll(&told, 1, kLongestMs) == 0) FailStep(kStep, "wait", ETIMEDOUT);
  CopyReport answer;
  ssize_t got;
  while ((got = read(report[0], &answer, sizeof answer)) == -1 && errno == EINTR) {
  }
  close(report[0]);
  // Nobody answers for a fork server, or a copy, that was killed.
  if (got != static_cast<ssize_t>(sizeof answer)) FailStep(kStep, "wait", ECONNRESET);
  if (answer.pid == 0) FailStep(kStep, answer.step, answer.error);
  return answer.pid;
}
