#ifndef NS_JEST_ADDON_FD_H_
#define NS_JEST_ADDON_FD_H_

#include <unistd.h>

/// A descriptor that closes itself.
class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() {
    // No error to look at: nothing behind these descriptors is buffered, and on Linux the
    // descriptor is released whatever close(2) returns.
    if (fd_ >= 0) close(fd_);
  }

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool ok() const { return fd_ >= 0; }

 private:
  int fd_;
};

#endif  // NS_JEST_ADDON_FD_H_
