// `key=value,key,key=value`: how a word says several things at once.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

class Settings {
 public:
  // Refuses a key that is not known, or that comes twice.
  static Settings Parse(const char* text, std::initializer_list<std::string_view> known);

  bool Has(std::string_view key) const { return Find(key) != nullptr; }
  // Empty when it is not given.
  std::string Text(std::string_view key) const;
  // Refuses what is not a number; 0 when it is not given.
  unsigned Number(std::string_view key) const;

 private:
  const std::string* Find(std::string_view key) const;

  std::vector<std::pair<std::string, std::string>> pairs_;
};
