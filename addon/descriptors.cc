#include <errno.h>
#include <unistd.h>

#include "errors.h"
#include "exports.h"
#include "values.h"

Napi::Value CloseDescriptor(const Napi::CallbackInfo& info) {
  if (close(Int(info[0])) == -1) throw SystemError(info.Env(), errno, "close");
  return info.Env().Undefined();
}
