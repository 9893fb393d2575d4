#ifndef NS_JEST_ADDON_VALUES_H_
#define NS_JEST_ADDON_VALUES_H_

#include <napi.h>

#include <cstdint>
#include <optional>
#include <string>

// Each throws "A number was expected" and the like when handed another type: binding.ts and the
// helpers have checked already, so that is a bug of this package and not the user's.

inline std::string Text(const Napi::Value& value) { return value.As<Napi::String>().Utf8Value(); }

inline int Int(const Napi::Value& value) { return value.As<Napi::Number>().Int32Value(); }

inline std::int64_t Long(const Napi::Value& value) { return value.As<Napi::Number>().Int64Value(); }

inline bool IsAbsent(const Napi::Value& value) { return value.IsUndefined() || value.IsNull(); }

inline std::optional<std::string> OptionalText(const Napi::Value& value) {
  if (IsAbsent(value)) return std::nullopt;
  return Text(value);
}

inline const char* PointerOrNull(const std::optional<std::string>& text) {
  return text ? text->c_str() : nullptr;
}

inline Napi::Number Number(Napi::Env env, double value) { return Napi::Number::New(env, value); }

#endif  // NS_JEST_ADDON_VALUES_H_
