// What /proc shows of a process: the command line and the environment that it was started with.
#ifndef NS_JEST_ADDON_FORK_APPEARANCE_H_
#define NS_JEST_ADDON_FORK_APPEARANCE_H_

#include <string>

/// In the fork server: notes where the kernel has put both. Without /proc nothing is noted.
void NoteAppearance();

/// In a copy: shows others instead. Each is a row of strings, every one of which ends in '\0'. As
/// far as this kernel lets it be said.
void ShowAs(const std::string& command_line, const std::string& environment);

#endif  // NS_JEST_ADDON_FORK_APPEARANCE_H_
