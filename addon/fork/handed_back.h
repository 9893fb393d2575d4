// What copies hand back to the fork server and to each other, in memory that they share: no
// descriptor of it is among those of a test.
#ifndef NS_JEST_ADDON_FORK_HANDED_BACK_H_
#define NS_JEST_ADDON_FORK_HANDED_BACK_H_

#include <cstddef>
#include <cstdint>
#include <vector>

/// In the fork server, when it is warm. Without the memory nothing is handed back.
void PrepareHandingBack();

/// In a copy. Whether there was room for it: what is taken back stays, for other copies.
bool HandBack(const std::uint8_t* bytes, std::size_t size);

/// What was handed back first of all that this process, and the fork server before it was copied,
/// have not taken yet; or nothing.
std::vector<std::uint8_t> TakeBack();

#endif  // NS_JEST_ADDON_FORK_HANDED_BACK_H_
