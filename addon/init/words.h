// The words of the command line. Each room has a table of its own; options.cc puts them together.
#pragma once

#include <span>

struct Options;

struct Word {
  const char* name;  // with its dashes
  // How its value is shown in the usage; nullptr: it takes none.
  const char* value;
  const char* meaning;
  void (*apply)(Options& options, const char* value);
};

std::span<const Word> EnterWords();
std::span<const Word> FileWords();
std::span<const Word> IdWords();
std::span<const Word> LimitWords();
std::span<const Word> NetworkWords();
std::span<const Word> ProcessWords();

// Refuses what the words of a room do not say together.
void CheckFileWords(const struct FileOptions& options);
void CheckLimitWords(const struct LimitOptions& options);

// Exits with status 2, one sentence and the usage on standard error.
[[noreturn]] void Refuse(const char* what, const char* value);

// Reads one number that ends at `end`; `after`, if given, is set to what follows. Refuses anything
// else, telling `whole`.
unsigned ParseNumber(const char* text, char end, const char** after, const char* whole);

int ParseFd(const char* text);
