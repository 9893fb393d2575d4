#include <fcntl.h>
#include <linux/net_namespace.h>
#include <linux/nsfs.h>
#include <linux/rtnetlink.h>
#include <sys/ioctl.h>
#include <sys/types.h>

#include <cerrno>
#include <cstdint>

#include "errors.h"
#include "exports.h"
#include "netlink_message.h"
#include "netlink_socket.h"
#include "values.h"

namespace {

Napi::Value Relative(const Napi::CallbackInfo& info, unsigned long request, const char* name) {
  // The descriptor that comes back closes on exec: ioctl_nsfs(2).
  const int fd = ioctl(Int(info[0]), request);
  if (fd == -1) throw SystemError(info.Env(), errno, name);
  return Number(info.Env(), fd);
}

}  // namespace

// ioctl_nsfs(2) NS_GET_USERNS: a descriptor of a namespace; gives one of the user namespace that
// owns it.
Napi::Value NamespaceOwner(const Napi::CallbackInfo& info) {
  return Relative(info, NS_GET_USERNS, "NS_GET_USERNS");
}

// ioctl_nsfs(2) NS_GET_PARENT: the same for the parent of a user or PID namespace.
Napi::Value NamespaceParent(const Napi::CallbackInfo& info) {
  return Relative(info, NS_GET_PARENT, "NS_GET_PARENT");
}

// ioctl_nsfs(2) NS_GET_NSTYPE: the CLONE_NEW* flag.
Napi::Value NamespaceType(const Napi::CallbackInfo& info) {
  const int flag = ioctl(Int(info[0]), NS_GET_NSTYPE);
  if (flag == -1) throw SystemError(info.Env(), errno, "NS_GET_NSTYPE");
  return Number(info.Env(), flag);
}

// ioctl_nsfs(2) NS_GET_OWNER_UID: who made a user namespace.
Napi::Value NamespaceOwnerUid(const Napi::CallbackInfo& info) {
  uid_t uid = 0;
  if (ioctl(Int(info[0]), NS_GET_OWNER_UID, &uid) == -1) {
    throw SystemError(info.Env(), errno, "NS_GET_OWNER_UID");
  }
  return Number(info.Env(), uid);
}

// RTM_GETNSID: the number under which this network namespace knows that of a descriptor; null where
// it has none. ip-netns(8)
Napi::Value NetNamespaceId(const Napi::CallbackInfo& info) {
  Request request(RTM_GETNSID, "RTM_GETNSID", 0, rtgenmsg{});
  request.Attribute(NETNSA_FD, static_cast<std::uint32_t>(Int(info[0])));
  std::int32_t id = -1;
  for (const Bytes body : RouteSocket(info.Env()).Get(request)) {
    ForEachAttribute(Skip(body, NetlinkAlign(sizeof(rtgenmsg))), [&](int type, Bytes value) {
      if (type == NETNSA_NSID) id = Read<std::int32_t>(value).value_or(-1);
    });
  }
  if (id < 0) return info.Env().Null();
  return Number(info.Env(), id);
}
