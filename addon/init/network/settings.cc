#include "network/settings.h"

#include <algorithm>

#include "words.h"

Settings Settings::Parse(const char* text, std::initializer_list<std::string_view> known) {
  Settings settings;
  std::string_view rest(text);
  while (!rest.empty()) {
    const size_t comma = rest.find(',');
    const std::string_view item = rest.substr(0, comma);
    const size_t equals = item.find('=');
    const std::string_view key = item.substr(0, equals);
    if (std::find(known.begin(), known.end(), key) == known.end() || settings.Has(key)) {
      Refuse("unknown or repeated setting in", text);
    }
    settings.pairs_.emplace_back(key,
                                 equals == std::string_view::npos ? "" : item.substr(equals + 1));
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  }
  return settings;
}

const std::string* Settings::Find(std::string_view key) const {
  for (const auto& [name, value] : pairs_) {
    if (name == key) return &value;
  }
  return nullptr;
}

std::string Settings::Text(std::string_view key) const {
  const std::string* value = Find(key);
  return value == nullptr ? "" : *value;
}

unsigned Settings::Number(std::string_view key) const {
  const std::string* value = Find(key);
  return value == nullptr ? 0 : ParseNumber(value->c_str(), '\0', nullptr, value->c_str());
}
