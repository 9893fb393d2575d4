#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>

#include "errors.h"
#include "exports.h"
#include "values.h"

// sethostname(2)
Napi::Value SetHostname(const Napi::CallbackInfo& info) {
  const std::string name = Text(info[0]);
  if (sethostname(name.data(), name.size()) == -1) {
    throw SystemError(info.Env(), errno, "sethostname");
  }
  return info.Env().Undefined();
}

// setdomainname(2)
Napi::Value SetDomainName(const Napi::CallbackInfo& info) {
  const std::string name = Text(info[0]);
  if (setdomainname(name.data(), name.size()) == -1) {
    throw SystemError(info.Env(), errno, "setdomainname");
  }
  return info.Env().Undefined();
}

// uname(2) and not getdomainname(2): the latter may cut a name of 64 bytes short, or leave it
// without its NUL, depending on the libc.
Napi::Value GetDomainName(const Napi::CallbackInfo& info) {
  utsname names{};
  if (uname(&names) == -1) throw SystemError(info.Env(), errno, "uname");
  return Napi::String::New(info.Env(), names.domainname);
}
