#include "channel.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

int channel = -1;

union ControlBuffer {
  char bytes[CMSG_SPACE(sizeof(int) * kMaxDescriptors)];
  struct cmsghdr aligned;
};

void TakeDescriptors(struct msghdr* header, Message* message) {
  message->descriptor_count = 0;
  for (struct cmsghdr* part = CMSG_FIRSTHDR(header); part != nullptr;
       part = CMSG_NXTHDR(header, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const size_t size = part->cmsg_len - CMSG_LEN(0);
    message->descriptor_count = static_cast<int>(size / sizeof(int));
    memcpy(message->descriptors, CMSG_DATA(part), size);
  }
}

}  // namespace

void UseChannel(int descriptor) {
  if (channel != -1) close(channel);
  channel = descriptor;
}

void Receive(Message* request) {
  ControlBuffer control = {};
  struct iovec part = {request->bytes, sizeof request->bytes};
  struct msghdr header = {};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control.bytes;
  header.msg_controllen = sizeof control.bytes;
  ssize_t size;
  do {
    size = recvmsg(channel, &header, MSG_CMSG_CLOEXEC);
  } while (size == -1 && errno == EINTR);
  if (size <= 0) _exit(0);
  request->size = static_cast<size_t>(size);
  TakeDescriptors(&header, request);
}

void Send(const Message& answer) {
  ControlBuffer control = {};
  struct iovec part = {const_cast<unsigned char*>(answer.bytes), answer.size};
  struct msghdr header = {};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  if (answer.descriptor_count > 0) {
    const size_t size = sizeof(int) * static_cast<size_t>(answer.descriptor_count);
    header.msg_control = control.bytes;
    header.msg_controllen = CMSG_SPACE(size);
    struct cmsghdr* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(rights), answer.descriptors, size);
  }
  ssize_t sent;
  do {
    sent = sendmsg(channel, &header, MSG_NOSIGNAL);
  } while (sent == -1 && errno == EINTR);
  if (sent == -1) _exit(0);
}

void StartAnswer(Message* answer, int64_t value, int error) {
  const AnswerHeader header = {value, error};
  memcpy(answer->bytes, &header, sizeof header);
  answer->size = sizeof header;
  answer->descriptor_count = 0;
  answer->lent = false;
}

bool Append(Message* answer, const void* bytes, size_t size) {
  if (size > sizeof answer->bytes - answer->size) return false;
  memcpy(answer->bytes + answer->size, bytes, size);
  answer->size += size;
  return true;
}

void CloseDescriptors(Message* message) {
  for (int i = 0; i < message->descriptor_count; ++i) close(message->descriptors[i]);
  message->descriptor_count = 0;
}
