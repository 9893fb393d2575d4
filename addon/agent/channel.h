// Messages between the agent and the Node process that drives it: one request, one answer, in turn.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Below the default send buffer of a unix socket, net.core.wmem_default.
constexpr size_t kMaxMessage = size_t{128} * 1024;
constexpr int kMaxDescriptors = 16;

// Bytes, and descriptors that travel with them: SCM_RIGHTS in unix(7).
struct Message {
  alignas(16) unsigned char bytes[kMaxMessage];
  size_t size;
  int descriptors[kMaxDescriptors];
  int descriptor_count;
  // Ours only for the sending: closed when the answer is out.
  bool lent;
};

// What every request begins with: `struct` of its operation follows.
struct RequestHeader {
  uint32_t operation;
  uint32_t padding;
};

// What every answer begins with; bytes of the operation follow.
struct AnswerHeader {
  int64_t value;
  int64_t error;
};

// From now on requests come from this descriptor. A nested agent takes its own before its first
// one.
void UseChannel(int descriptor);

// The next request. Does not return when the other end is closed: nobody is left to work for.
void Receive(Message* request);

void Send(const Message& answer);

// Begins an answer anew; nothing follows the header yet.
void StartAnswer(Message* answer, int64_t value, int error);

// False if the answer is full.
bool Append(Message* answer, const void* bytes, size_t size);

void CloseDescriptors(Message* message);
