// ns-agent: a single-threaded process that a test drives, request by request.
//
// Node's own process cannot enter or leave user, mount and time namespaces, because it has threads,
// and what it changes of itself its thread pool does not see. An agent has one thread, no Node, and
// does what it is told: usage is by src/agents alone, with the channel as descriptor 3.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "../init/kernel.h"
#include "operations.h"

namespace {

constexpr int kChannel = 3;

struct Row {
  Operation operation;
  void (*run)(Message* request, Message* answer);
};

constexpr Row kOperations[] = {
    {kSystemCall, SystemCall},
    {kClone, Clone},
    {kSpawn, Spawn},
    {kRecordSignal, RecordSignal},
    {kTakeSignals, TakeSignals},
    {kSendDescriptors, SendDescriptors},
    {kKeepDescriptors, KeepDescriptors},
    {kStartThread, StartThread},
};

// Node ignores SIGPIPE, and a test runner may block or ignore others: an agent starts with none of
// it.
void ResetSignals() {
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction standard = {};
    standard.sa_handler = SIG_DFL;
    // EINVAL for SIGKILL, SIGSTOP and those that libc keeps for itself.
    sigaction(signal, &standard, nullptr);
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

// What Node left open for its children is not ours: it would keep others from reading an end of
// file.
void CloseInherited() {
  if (syscall(SYS_close_range, kChannel + 1, ~0U, 0) == 0) return;
  const long limit = sysconf(_SC_OPEN_MAX);
  for (int fd = kChannel + 1; fd < limit; ++fd) close(fd);
}

void Answer(Message* request, Message* answer) {
  RequestHeader header = {};
  StartAnswer(answer, -1, EBADMSG);
  if (request->size < sizeof header) return;
  memcpy(&header, request->bytes, sizeof header);
  for (const Row& row : kOperations) {
    if (row.operation == header.operation) return row.run(request, answer);
  }
}

}  // namespace

int main() {
  if (fcntl(kChannel, F_SETFD, FD_CLOEXEC) == -1) {
    fprintf(stderr, "ns-agent is started by ns-jest, with its channel as descriptor 3.\n");
    return 2;
  }
  CloseInherited();
  ResetSignals();
  // kill(0, ...) in an agent is not meant for Node.
  setpgid(0, 0);
  DieWithParent(true);
  UseChannel(kChannel);
  static Message request;
  static Message answer;
  // The first answer is to no request: the agent is there.
  StartAnswer(&answer, 0, 0);
  for (;;) {
    Send(answer);
    if (answer.lent) CloseDescriptors(&answer);
    Receive(&request);
    Answer(&request, &answer);
    CloseDescriptors(&request);
    DieWithParentStill();
  }
}
