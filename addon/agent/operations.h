// What an agent can do. Most of the kernel is reached by kSystemCall; the others are what one
// system call cannot do, or what has to be code of the process itself. The other side:
// src/agents/wire.ts.
#pragma once

#include <string.h>

#include "channel.h"

enum Operation : uint32_t {
  kSystemCall = 1,
  kClone = 2,
  kSpawn = 3,
  kRecordSignal = 4,
  kTakeSignals = 5,
  kSendDescriptors = 6,
  kKeepDescriptors = 7,
  kStartThread = 8,
};

// Each reads the request behind its header and fills the answer.

// system_call.cc
void SystemCall(Message* request, Message* answer);

// clone.cc
void Clone(Message* request, Message* answer);
// Dies with its parent: armed again after every request, because changed ids disarm it. prctl(2)
void DieWithParent(bool wanted);
void DieWithParentStill();

// spawn.cc
void Spawn(Message* request, Message* answer);

// signals.cc
void RecordSignal(Message* request, Message* answer);
void TakeSignals(Message* request, Message* answer);
void ForgetSignals();

// descriptors.cc
void SendDescriptors(Message* request, Message* answer);
void KeepDescriptors(Message* request, Message* answer);

// thread.cc
void StartThread(Message* request, Message* answer);

// A structure at the start of what follows the request's header; false if the message is shorter.
template <typename T>
bool ReadBody(const Message& request, T* body) {
  if (request.size < sizeof(RequestHeader) + sizeof(T)) return false;
  memcpy(body, request.bytes + sizeof(RequestHeader), sizeof(T));
  return true;
}
