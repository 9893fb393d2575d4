#include <sys/mount.h>

#include <cerrno>

#include "errors.h"
#include "exports.h"
#include "values.h"

// mount(2): source, target, type, flags, data; null where the call takes NULL.
Napi::Value Mount(const Napi::CallbackInfo& info) {
  const auto source = OptionalText(info[0]);
  const auto target = Text(info[1]);
  const auto type = OptionalText(info[2]);
  const auto flags = static_cast<unsigned long>(Long(info[3]));
  const auto data = OptionalText(info[4]);
  if (mount(PointerOrNull(source), target.c_str(), PointerOrNull(type), flags,
            PointerOrNull(data)) == -1) {
    throw SystemError(info.Env(), errno, "mount");
  }
  return info.Env().Undefined();
}

// umount2(2): target, flags.
Napi::Value Unmount(const Napi::CallbackInfo& info) {
  const auto target = Text(info[0]);
  if (umount2(target.c_str(), Int(info[1])) == -1) {
    throw SystemError(info.Env(), errno, "umount2");
  }
  return info.Env().Undefined();
}
