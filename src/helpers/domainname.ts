import { callNative } from '../native/load';
import { checkTextBytes } from './check';

/** __NEW_UTS_LEN in linux/utsname.h. */
const MAX_BYTES = 64;

/**
 * The NIS domain name of this UTS namespace. A kernel on which nobody has set one says `(none)`.
 *
 * @see uname(2), uts_namespaces(7)
 */
function get(): string {
  return callNative('getdomainname', []);
}

/**
 * Sets the NIS domain name of this UTS namespace.
 *
 * @param name at most 64 bytes in UTF-8; may be empty.
 * @throws TypeError if it is longer.
 * @throws SystemError EPERM without CAP_SYS_ADMIN in the user namespace that owns this UTS namespace.
 * @see setdomainname(2)
 */
function set(name: string): void {
  const domainname = checkTextBytes('domain name', name, MAX_BYTES);
  callNative('setdomainname', [domainname], { domainname });
}

export const domainname = { get, set };
