#include "exports.h"

namespace {

struct Door {
  const char* name;
  Napi::Value (*function)(const Napi::CallbackInfo&);
};

// The same list, with types: src/native/binding.ts.
constexpr Door kDoors[] = {
    {"sethostname", SetHostname},
    {"setdomainname", SetDomainName},
    {"getdomainname", GetDomainName},

    {"mount", Mount},
    {"umount2", Unmount},

    {"nsGetUserns", NamespaceOwner},
    {"nsGetParent", NamespaceParent},
    {"nsGetType", NamespaceType},
    {"nsGetOwnerUid", NamespaceOwnerUid},
    {"netnsId", NetNamespaceId},

    {"msgget", MessageQueueGet},
    {"msgctlRemove", MessageQueueRemove},
    {"msgsnd", MessageSend},
    {"msgrcv", MessageReceive},
    {"semget", SemaphoreGet},
    {"semctlRemove", SemaphoreRemove},
    {"semctlGetValue", SemaphoreGetValue},
    {"semctlSetValue", SemaphoreSetValue},
    {"semctlStates", SemaphoreStates},
    {"semop", SemaphoreOperate},
    {"shmget", SharedMemoryGet},
    {"shmctlRemove", SharedMemoryRemove},
    {"shmRead", SharedMemoryRead},
    {"shmWrite", SharedMemoryWrite},

    {"mqOpen", PosixQueueOpen},
    {"mqUnlink", PosixQueueUnlink},
    {"mqSend", PosixQueueSend},
    {"mqReceive", PosixQueueReceive},
    {"mqAttributes", PosixQueueAttributes},
    {"mqDevice", PosixQueueDevice},
    {"mqNotify", PosixQueueNotify},
    {"mqNotified", PosixQueueNotified},

    {"interfaceIndex", InterfaceIndex},
    {"dumpLinks", DumpLinks},
    {"setLink", SetLink},
    {"dumpAddresses", DumpAddresses},
    {"addAddress", AddAddress},
    {"removeAddress", RemoveAddress},
    {"dumpRoutes", DumpRoutes},
    {"addRoute", AddRoute},
    {"removeRoute", RemoveRoute},
    {"routeRequest", RouteRequest},

    {"tunCreate", TunCreate},

    {"agentStart", AgentStart},
    {"agentChannel", AgentChannel},
    {"agentSend", AgentSend},
    {"agentReceive", AgentReceive},
    {"pollReadable", PollReadable},
    {"pidfdSendSignal", ProcessKill},
    {"waitpid", ProcessWait},

    {"socketpair", SocketPair},
    {"posixSpawn", Spawn},

    {"close", CloseDescriptor},

    {"copyStart", CopyStart},
    {"copyPrepare", CopyPrepare},
    {"copyAwait", CopyAwait},
    {"copyServe", CopyServe},
    {"copyTell", CopyTell},
    {"copyHandBack", CopyHandBack},
    {"copyTakeBack", CopyTakeBack},
    {"copyThreads", CopyThreads},
    {"copyOnHost", CopyOnHost},
    {"copyEnd", CopyEnd},
    {"copyShowAs", CopyShowAs},
    {"exitAtOnce", ExitAtOnce},
};

Napi::Object Initialize(Napi::Env env, Napi::Object exports) {
  for (const Door& door : kDoors) {
    exports.Set(door.name, Napi::Function::New(env, door.function, door.name));
  }
  return exports;
}

}  // namespace

NODE_API_MODULE(ns_jest, Initialize)
