#include <errno.h>
#include <fcntl.h>

#include "operations.h"

namespace {

struct SendRequest {
  uint32_t count;
  int32_t descriptors[kMaxDescriptors];
};

}  // namespace

// Copies of ours go to Node, which hands them on to other agents.
void SendDescriptors(Message* request, Message* answer) {
  SendRequest wanted = {};
  if (!ReadBody(*request, &wanted) || wanted.count > kMaxDescriptors) {
    return StartAnswer(answer, -1, EBADMSG);
  }
  for (uint32_t i = 0; i < wanted.count; ++i) {
    if (fcntl(wanted.descriptors[i], F_GETFD) == -1) return StartAnswer(answer, -1, errno);
  }
  StartAnswer(answer, wanted.count, 0);
  memcpy(answer->descriptors, wanted.descriptors, sizeof wanted.descriptors);
  answer->descriptor_count = static_cast<int>(wanted.count);
}

// Those that came with the request stay; the answer says as which numbers.
void KeepDescriptors(Message* request, Message* answer) {
  StartAnswer(answer, request->descriptor_count, 0);
  Append(answer, request->descriptors,
         sizeof(int) * static_cast<size_t>(request->descriptor_count));
  request->descriptor_count = 0;
}
