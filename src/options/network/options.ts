import { checkBoolean, checkName } from '../check';
import type { Room } from '../room';

export interface NetworkOptions {
  /** Host name inside, at most 64 bytes. Default: "sandbox". uname(2) */
  hostname?: string;
  /** NIS domain name inside, at most 64 bytes. Default: "(none)", as the kernel's own. */
  domainname?: string;
  /** Bring the interface lo up. Default: true. */
  loopback?: boolean;
}

export interface CheckedNetworkOptions {
  hostname: string;
  domainname: string;
  loopback: boolean;
}

export const networkRoom: Room<CheckedNetworkOptions> = {
  rows: {
    hostname: {
      read: (value, option) => checkName(option, value),
      default: 'sandbox',
      needs: 'uts',
    },
    domainname: {
      read: (value, option) => checkName(option, value),
      default: '(none)',
      needs: 'uts',
    },
    loopback: {
      read: (value, option) => checkBoolean(option, value),
      default: true,
      needs: 'net',
    },
  },
};
