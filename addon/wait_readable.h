#ifndef NS_JEST_ADDON_WAIT_READABLE_H_
#define NS_JEST_ADDON_WAIT_READABLE_H_

/// poll(2) for a moment at which there is something to read, or the end: 1, or 0 when so many
/// milliseconds have passed without, or -1 with errno.
int WaitReadable(int descriptor, int milliseconds);

#endif  // NS_JEST_ADDON_WAIT_READABLE_H_
