#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <string>

#include "errors.h"
#include "exports.h"
#include "fd.h"
#include "values.h"

// tun(4): name, IFF_TUN or IFF_TAP. The interface stays when the descriptor is closed.
Napi::Value TunCreate(const Napi::CallbackInfo& info) {
  const Fd fd(open("/dev/net/tun", O_RDWR | O_CLOEXEC));
  if (!fd.ok()) throw SystemError(info.Env(), errno, "open");
  ifreq request{};
  Text(info[0]).copy(static_cast<char*>(request.ifr_name), IFNAMSIZ - 1);
  request.ifr_flags = static_cast<short>(Int(info[1]) | IFF_NO_PI | IFF_TUN_EXCL);
  if (ioctl(fd.get(), TUNSETIFF, &request) == -1) throw SystemError(info.Env(), errno, "TUNSETIFF");
  if (ioctl(fd.get(), TUNSETPERSIST, 1) == -1) {
    throw SystemError(info.Env(), errno, "TUNSETPERSIST");
  }
  return info.Env().Undefined();
}
