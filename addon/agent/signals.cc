#include <errno.h>
#include <signal.h>

#include "operations.h"

namespace {

struct RecordRequest {
  int32_t signal;
  int32_t flags;
};

// What siginfo_t says, sigaction(2); the value as a whole, whichever member was set.
struct SignalRecord {
  int32_t signal;
  int32_t code;
  int32_t pid;
  uint32_t uid;
  int32_t descriptor;
  int32_t status;
  int64_t band;
  uint64_t value;
};

constexpr int kMaxRecords = 1024;
SignalRecord records[kMaxRecords];
volatile sig_atomic_t record_count = 0;

void Note(int signal, siginfo_t* info, void* /*context*/) {
  if (record_count == kMaxRecords) return;
  // The union in siginfo_t: which of these were set, the code tells.
  const bool about_descriptor =
      signal != SIGCHLD && info->si_code >= POLL_IN && info->si_code <= POLL_HUP;
  SignalRecord record = {};
  record.signal = signal;
  record.code = info->si_code;
  if (about_descriptor) {
    record.descriptor = info->si_fd;
    record.band = info->si_band;
  } else {
    record.pid = info->si_pid;
    record.uid = info->si_uid;
    record.descriptor = -1;
  }
  if (signal == SIGCHLD) {
    record.status = info->si_status;
  } else if (!about_descriptor) {
    record.value = reinterpret_cast<uint64_t>(info->si_value.sival_ptr);
  }
  records[record_count] = record;
  record_count = record_count + 1;
}

}  // namespace

void RecordSignal(Message* request, Message* answer) {
  RecordRequest wanted = {};
  if (!ReadBody(*request, &wanted)) return StartAnswer(answer, -1, EBADMSG);
  struct sigaction action = {};
  action.sa_sigaction = Note;
  action.sa_flags = wanted.flags | SA_SIGINFO;
  // One at a time: a handler interrupted by another would share its row.
  sigfillset(&action.sa_mask);
  const int value = sigaction(wanted.signal, &action, nullptr);
  StartAnswer(answer, value, value == -1 ? errno : 0);
}

void TakeSignals(Message* /*request*/, Message* answer) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  StartAnswer(answer, record_count, 0);
  Append(answer, records, sizeof(SignalRecord) * static_cast<size_t>(record_count));
  record_count = 0;
  sigprocmask(SIG_SETMASK, &before, nullptr);
}

void ForgetSignals() { record_count = 0; }
