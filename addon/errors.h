#ifndef NS_JEST_ADDON_ERRORS_H_
#define NS_JEST_ADDON_ERRORS_H_

#include <napi.h>

#include <cstring>
#include <string>

/// What a failed kernel operation throws: the bare facts. TypeScript adds the name of the code and
/// the sentence, because it must make an error of its own realm anyway.
inline Napi::Error SystemError(Napi::Env env, int error_number, const char* syscall,
                               const std::string& kernel_message = {}) {
  Napi::Error error = Napi::Error::New(env, std::string(syscall) + ": " + strerror(error_number));
  error.Set("errno", Napi::Number::New(env, error_number));
  error.Set("syscall", Napi::String::New(env, syscall));
  if (!kernel_message.empty()) {
    error.Set("kernelMessage", Napi::String::New(env, kernel_message));
  }
  return error;
}

#endif  // NS_JEST_ADDON_ERRORS_H_
