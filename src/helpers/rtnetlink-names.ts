import net from 'node:net';
import { checkTextBytes } from './check';

// Numbers of linux/rtnetlink.h and linux/if_arp.h under the names that ip(8) prints.

export type Names = Readonly<Record<string, number>>;

export type Family = 'inet' | 'inet6';

export const FAMILIES: Readonly<Record<Family, number>> = { inet: 2, inet6: 10 };

export const SCOPES = { global: 0, site: 200, link: 253, host: 254, nowhere: 255 } as const;

export const TABLES = { default: 253, main: 254, local: 255 } as const;

export const ROUTE_TYPES = {
  unspec: 0,
  unicast: 1,
  local: 2,
  broadcast: 3,
  anycast: 4,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
  throw: 9,
} as const;

export const ROUTE_PROTOCOLS = {
  unspec: 0,
  redirect: 1,
  kernel: 2,
  boot: 3,
  static: 4,
  ra: 9,
  dhcp: 16,
} as const;

export const LINK_TYPES = {
  ether: 1,
  infiniband: 32,
  ppp: 512,
  ipip: 768,
  tunnel6: 769,
  loopback: 772,
  sit: 776,
  gre: 778,
  gre6: 823,
  netlink: 824,
  none: 65_534,
} as const;

/** The number's name, or the number itself as text where it has none. */
export function nameOf(names: Names, number: number): string {
  return Object.entries(names).find(([, value]) => value === number)?.[0] ?? String(number);
}

export function familyOf(number: number): Family {
  return number === FAMILIES.inet6 ? 'inet6' : 'inet';
}

/** IFNAMSIZ less the NUL: netdevice(7). */
const MAX_NAME_BYTES = 15;

export function checkInterfaceName(value: unknown, what = 'name of the interface'): string {
  return checkTextBytes(what, value, MAX_NAME_BYTES);
}

const VERSIONS: Record<number, { family: Family; bits: number }> = {
  4: { family: 'inet', bits: 32 },
  6: { family: 'inet6', bits: 128 },
};

export interface Prefix {
  family: Family;
  address: string;
  prefixLength: number;
}

/** `10.0.0.1/24` or `fd00::1/64`; without a prefix length the whole address counts. */
export function parsePrefix(what: string, value: unknown): Prefix {
  const [, address = '', length] = /^([^/]*)(?:\/(\d+))?$/.exec(String(value)) ?? [];
  const version = VERSIONS[net.isIP(address)];
  const prefixLength = length === undefined ? version?.bits : Number(length);
  // isIP admits a zone, `fe80::1%eth0`, which the interface says here.
  if (
    version === undefined ||
    prefixLength === undefined ||
    prefixLength > version.bits ||
    address.includes('%')
  ) {
    throw new TypeError(
      `Expected the ${what} to be an IP address with a prefix length such as '10.0.0.1/24' or ` +
        `'fd00::1/64', got '${String(value)}'`,
    );
  }
  return { family: version.family, address, prefixLength };
}

/** An address without a prefix length, such as a gateway's. */
export function parseAddress(what: string, value: unknown): { family: Family; address: string } {
  const text = String(value);
  const version = VERSIONS[net.isIP(text)];
  if (version === undefined || text.includes('%')) {
    throw new TypeError(`Expected the ${what} to be an IP address, got '${text}'`);
  }
  return { family: version.family, address: text };
}
