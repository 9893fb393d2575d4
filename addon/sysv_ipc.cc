#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "errors.h"
#include "exports.h"
#include "values.h"

namespace {

// semctl(2): the caller has to define this union.
union SemaphoreArgument {
  int value;
  semid_ds* status;
  unsigned short* values;
};

/// A segment attached to this process for as long as one copy takes. shmop(2)
class Attachment {
 public:
  Attachment(Napi::Env env, int id, int flags) : address_(shmat(id, nullptr, flags)) {
    // shmat(2) says "failed" with -1 in place of a pointer.
    if (address_ == Failed()) throw SystemError(env, errno, "shmat");
  }
  Attachment(const Attachment&) = delete;
  Attachment& operator=(const Attachment&) = delete;
  // It fails only for an address that is not attached.
  ~Attachment() { shmdt(address_); }

  [[nodiscard]] char* bytes() const { return static_cast<char*>(address_); }

 private:
  static void* Failed() {
    return reinterpret_cast<void*>(std::intptr_t{-1});  // NOLINT(performance-no-int-to-ptr)
  }

  void* address_;
};

/// Beyond the segment's end lies the rest of its last page and then SIGSEGV: refuse before
/// touching.
void ExpectInsideSegment(Napi::Env env, int id, std::int64_t offset, std::size_t length) {
  shmid_ds status{};
  if (shmctl(id, IPC_STAT, &status) == -1) throw SystemError(env, errno, "shmctl");
  if (offset < 0 || static_cast<std::uint64_t>(offset) > status.shm_segsz ||
      length > status.shm_segsz - static_cast<std::uint64_t>(offset)) {
    throw Napi::RangeError::New(
        env, "Expected offset + length to be at most " + std::to_string(status.shm_segsz) +
                 " bytes, the size of shared memory segment " + std::to_string(id) + ", got " +
                 std::to_string(offset) + " + " + std::to_string(length));
  }
}

}  // namespace

// msgget(2): key, flags.
Napi::Value MessageQueueGet(const Napi::CallbackInfo& info) {
  const int id = msgget(Int(info[0]), Int(info[1]));
  if (id == -1) throw SystemError(info.Env(), errno, "msgget");
  return Number(info.Env(), id);
}

// msgctl(2) IPC_RMID: id.
Napi::Value MessageQueueRemove(const Napi::CallbackInfo& info) {
  if (msgctl(Int(info[0]), IPC_RMID, nullptr) == -1) {
    throw SystemError(info.Env(), errno, "msgctl");
  }
  return info.Env().Undefined();
}

// msgsnd(2): id, type, data, flags.
Napi::Value MessageSend(const Napi::CallbackInfo& info) {
  const auto type = static_cast<long>(Long(info[1]));
  const auto data = info[2].As<Napi::Uint8Array>();
  std::string message(reinterpret_cast<const char*>(&type), sizeof(type));
  message.append(reinterpret_cast<const char*>(data.Data()), data.ByteLength());
  if (msgsnd(Int(info[0]), message.data(), data.ByteLength(), Int(info[3])) == -1) {
    throw SystemError(info.Env(), errno, "msgsnd");
  }
  return info.Env().Undefined();
}

// msgrcv(2): id, type, most bytes to take, flags.
Napi::Value MessageReceive(const Napi::CallbackInfo& info) {
  const std::size_t most = info[2].As<Napi::Number>().Uint32Value();
  long type = 0;
  std::vector<char> message;
  ssize_t length;
  std::size_t capacity;
  do {
    // As much as lies in the queue: the most that a message may have can be gigabytes.
    msqid_ds queue;
    if (msgctl(Int(info[0]), IPC_STAT, &queue) == -1) {
      throw SystemError(info.Env(), errno, "msgctl");
    }
    capacity = std::min<std::size_t>(most, queue.__msg_cbytes);
    message.resize(sizeof(type) + capacity);
    length = msgrcv(Int(info[0]), message.data(), capacity, static_cast<long>(Long(info[1])),
                    Int(info[3]));
    // A longer message came in between the two calls.
  } while (length == -1 && errno == E2BIG && capacity < most);
  if (length == -1) throw SystemError(info.Env(), errno, "msgrcv");
  std::memcpy(&type, message.data(), sizeof(type));
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("type", Number(info.Env(), static_cast<double>(type)));
  result.Set("data", Napi::Buffer<char>::Copy(info.Env(), message.data() + sizeof(type),
                                              static_cast<std::size_t>(length)));
  return result;
}

// semget(2): key, count, flags.
Napi::Value SemaphoreGet(const Napi::CallbackInfo& info) {
  const int id = semget(Int(info[0]), Int(info[1]), Int(info[2]));
  if (id == -1) throw SystemError(info.Env(), errno, "semget");
  return Number(info.Env(), id);
}

// semctl(2) IPC_RMID: id.
Napi::Value SemaphoreRemove(const Napi::CallbackInfo& info) {
  if (semctl(Int(info[0]), 0, IPC_RMID) == -1) throw SystemError(info.Env(), errno, "semctl");
  return info.Env().Undefined();
}

// semctl(2) GETVAL: id, index.
Napi::Value SemaphoreGetValue(const Napi::CallbackInfo& info) {
  const int value = semctl(Int(info[0]), Int(info[1]), GETVAL);
  if (value == -1) throw SystemError(info.Env(), errno, "semctl");
  return Number(info.Env(), value);
}

// semctl(2) SETVAL: id, index, value.
Napi::Value SemaphoreSetValue(const Napi::CallbackInfo& info) {
  SemaphoreArgument argument{};
  argument.value = Int(info[2]);
  if (semctl(Int(info[0]), Int(info[1]), SETVAL, argument) == -1) {
    throw SystemError(info.Env(), errno, "semctl");
  }
  return info.Env().Undefined();
}

// semctl(2) GETVAL, GETPID, GETNCNT and GETZCNT: id, index.
Napi::Value SemaphoreStates(const Napi::CallbackInfo& info) {
  constexpr struct {
    const char* name;
    int command;
  } kNumbers[] = {{"value", GETVAL},
                  {"pid", GETPID},
                  {"waitingForIncrease", GETNCNT},
                  {"waitingForZero", GETZCNT}};
  Napi::Object state = Napi::Object::New(info.Env());
  for (const auto& [name, command] : kNumbers) {
    const int value = semctl(Int(info[0]), Int(info[1]), command);
    if (value == -1) throw SystemError(info.Env(), errno, "semctl");
    state.Set(name, Number(info.Env(), value));
  }
  return state;
}

// semop(2): id, operations {index, by, flags}.
Napi::Value SemaphoreOperate(const Napi::CallbackInfo& info) {
  const auto given = info[1].As<Napi::Array>();
  std::vector<sembuf> operations(given.Length());
  for (std::uint32_t i = 0; i < given.Length(); ++i) {
    const auto operation = given.Get(i).As<Napi::Object>();
    operations[i].sem_num = static_cast<unsigned short>(Int(operation.Get("index")));
    operations[i].sem_op = static_cast<short>(Int(operation.Get("by")));
    operations[i].sem_flg = static_cast<short>(Int(operation.Get("flags")));
  }
  if (semop(Int(info[0]), operations.data(), operations.size()) == -1) {
    throw SystemError(info.Env(), errno, "semop");
  }
  return info.Env().Undefined();
}

// shmget(2): key, size, flags.
Napi::Value SharedMemoryGet(const Napi::CallbackInfo& info) {
  const int id = shmget(Int(info[0]), static_cast<std::size_t>(Long(info[1])), Int(info[2]));
  if (id == -1) throw SystemError(info.Env(), errno, "shmget");
  return Number(info.Env(), id);
}

// shmctl(2) IPC_RMID: id.
Napi::Value SharedMemoryRemove(const Napi::CallbackInfo& info) {
  if (shmctl(Int(info[0]), IPC_RMID, nullptr) == -1) {
    throw SystemError(info.Env(), errno, "shmctl");
  }
  return info.Env().Undefined();
}

// shmop(2), attach, copy, detach: id, offset, length.
Napi::Value SharedMemoryRead(const Napi::CallbackInfo& info) {
  const int id = Int(info[0]);
  const std::int64_t offset = Long(info[1]);
  const auto length = static_cast<std::size_t>(Long(info[2]));
  ExpectInsideSegment(info.Env(), id, offset, length);
  const Attachment segment(info.Env(), id, SHM_RDONLY);
  return Napi::Buffer<char>::Copy(info.Env(), segment.bytes() + offset, length);
}

// shmop(2), attach, copy, detach: id, offset, data.
Napi::Value SharedMemoryWrite(const Napi::CallbackInfo& info) {
  const int id = Int(info[0]);
  const std::int64_t offset = Long(info[1]);
  const auto data = info[2].As<Napi::Uint8Array>();
  ExpectInsideSegment(info.Env(), id, offset, data.ByteLength());
  const Attachment segment(info.Env(), id, 0);
  if (data.ByteLength() > 0) std::memcpy(segment.bytes() + offset, data.Data(), data.ByteLength());
  return info.Env().Undefined();
}
