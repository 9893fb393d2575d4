import os from 'node:os';
import { callNative } from '../native/load';
import { checkTextBytes } from './check';

/** __NEW_UTS_LEN in linux/utsname.h. */
const MAX_BYTES = 64;

/**
 * The hostname of this UTS namespace.
 *
 * @see gethostname(2), uts_namespaces(7)
 */
function get(): string {
  return os.hostname();
}

/**
 * Sets the hostname of this UTS namespace.
 *
 * @param name at most 64 bytes in UTF-8; may be empty.
 * @throws TypeError if it is longer.
 * @throws SystemError EPERM without CAP_SYS_ADMIN in the user namespace that owns this UTS namespace.
 * @see sethostname(2)
 */
function set(name: string): void {
  const hostname = checkTextBytes('hostname', name, MAX_BYTES);
  callNative('sethostname', [hostname], { hostname });
}

export const hostname = { get, set };
