#ifndef NS_JEST_ADDON_EXPORTS_H_
#define NS_JEST_ADDON_EXPORTS_H_

#include <napi.h>

// hostname.cc
Napi::Value SetHostname(const Napi::CallbackInfo& info);
Napi::Value SetDomainName(const Napi::CallbackInfo& info);
Napi::Value GetDomainName(const Napi::CallbackInfo& info);

// mounts.cc
Napi::Value Mount(const Napi::CallbackInfo& info);
Napi::Value Unmount(const Napi::CallbackInfo& info);

// namespaces.cc
Napi::Value NamespaceOwner(const Napi::CallbackInfo& info);
Napi::Value NamespaceParent(const Napi::CallbackInfo& info);
Napi::Value NamespaceType(const Napi::CallbackInfo& info);
Napi::Value NamespaceOwnerUid(const Napi::CallbackInfo& info);
Napi::Value NetNamespaceId(const Napi::CallbackInfo& info);

// sysv_ipc.cc
Napi::Value MessageQueueGet(const Napi::CallbackInfo& info);
Napi::Value MessageQueueRemove(const Napi::CallbackInfo& info);
Napi::Value MessageSend(const Napi::CallbackInfo& info);
Napi::Value MessageReceive(const Napi::CallbackInfo& info);
Napi::Value SemaphoreGet(const Napi::CallbackInfo& info);
Napi::Value SemaphoreRemove(const Napi::CallbackInfo& info);
Napi::Value SemaphoreGetValue(const Napi::CallbackInfo& info);
Napi::Value SemaphoreSetValue(const Napi::CallbackInfo& info);
Napi::Value SemaphoreStates(const Napi::CallbackInfo& info);
Napi::Value SemaphoreOperate(const Napi::CallbackInfo& info);
Napi::Value SharedMemoryGet(const Napi::CallbackInfo& info);
Napi::Value SharedMemoryRemove(const Napi::CallbackInfo& info);
Napi::Value SharedMemoryRead(const Napi::CallbackInfo& info);
Napi::Value SharedMemoryWrite(const Napi::CallbackInfo& info);

// posix_mq.cc
Napi::Value PosixQueueOpen(const Napi::CallbackInfo& info);
Napi::Value PosixQueueUnlink(const Napi::CallbackInfo& info);
Napi::Value PosixQueueSend(const Napi::CallbackInfo& info);
Napi::Value PosixQueueReceive(const Napi::CallbackInfo& info);
Napi::Value PosixQueueAttributes(const Napi::CallbackInfo& info);
Napi::Value PosixQueueDevice(const Napi::CallbackInfo& info);
Napi::Value PosixQueueNotify(const Napi::CallbackInfo& info);
Napi::Value PosixQueueNotified(const Napi::CallbackInfo& info);

// netlink.cc
Napi::Value InterfaceIndex(const Napi::CallbackInfo& info);
Napi::Value DumpLinks(const Napi::CallbackInfo& info);
Napi::Value SetLink(const Napi::CallbackInfo& info);
Napi::Value DumpAddresses(const Napi::CallbackInfo& info);
Napi::Value AddAddress(const Napi::CallbackInfo& info);
Napi::Value RemoveAddress(const Napi::CallbackInfo& info);
Napi::Value DumpRoutes(const Napi::CallbackInfo& info);
Napi::Value AddRoute(const Napi::CallbackInfo& info);
Napi::Value RemoveRoute(const Napi::CallbackInfo& info);
Napi::Value RouteRequest(const Napi::CallbackInfo& info);

// tun.cc
Napi::Value TunCreate(const Napi::CallbackInfo& info);

// agents.cc
Napi::Value AgentStart(const Napi::CallbackInfo& info);
Napi::Value AgentChannel(const Napi::CallbackInfo& info);
Napi::Value AgentSend(const Napi::CallbackInfo& info);
Napi::Value AgentReceive(const Napi::CallbackInfo& info);
Napi::Value PollReadable(const Napi::CallbackInfo& info);
Napi::Value ProcessKill(const Napi::CallbackInfo& info);
Napi::Value ProcessWait(const Napi::CallbackInfo& info);

// descriptors.cc
Napi::Value CloseDescriptor(const Napi::CallbackInfo& info);

// fork/start.cc
Napi::Value CopyStart(const Napi::CallbackInfo& info);

// spawn.cc
Napi::Value SocketPair(const Napi::CallbackInfo& info);
Napi::Value Spawn(const Napi::CallbackInfo& info);

// fork/appearance.cc
Napi::Value CopyShowAs(const Napi::CallbackInfo& info);

// fork/server.cc
Napi::Value CopyPrepare(const Napi::CallbackInfo& info);
Napi::Value CopyAwait(const Napi::CallbackInfo& info);
Napi::Value CopyServe(const Napi::CallbackInfo& info);
Napi::Value CopyThreads(const Napi::CallbackInfo& info);
Napi::Value CopyTell(const Napi::CallbackInfo& info);
Napi::Value CopyHandBack(const Napi::CallbackInfo& info);
Napi::Value CopyTakeBack(const Napi::CallbackInfo& info);
Napi::Value CopyOnHost(const Napi::CallbackInfo& info);
Napi::Value CopyEnd(const Napi::CallbackInfo& info);
Napi::Value ExitAtOnce(const Napi::CallbackInfo& info);

#endif  // NS_JEST_ADDON_EXPORTS_H_
