import type { NetlinkLink } from '../native/binding';
import { callNative } from '../native/load';
import { addresses } from './addresses';
import { checkInteger } from './check';
import {
  add,
  addAltname,
  move,
  remove,
  removeAltname,
  rename,
  setAddress,
  setMaster,
} from './interface-changes';
import { interfaceIndex } from './interface-index';
import { LINK_TYPES, nameOf } from './rtnetlink-names';
import { viewInterfaces } from './views';

/** A network interface of this network namespace. */
export interface Interface {
  name: string;
  /** The number by which the kernel knows it. */
  index: number;
  /** `ether`, `loopback`, `none` (tun) and so on: the link layer, as `ip link` prints it. */
  type: string;
  /** What it was made as: `veth`, `bridge`, `tun`; absent for lo and for hardware. */
  kind?: string;
  /** Whether it is switched on: IFF_UP. */
  state: 'up' | 'down';
  /** Whether it can carry packets: it is up and has a carrier. */
  running: boolean;
  mtu: number;
  /** The hardware address; absent where the link layer has none. */
  address?: string;
  /** The bridge or bond that it is a port of. */
  master?: string;
  /**
   * What it lies on, or is paired with: a macvlan's interface, a veth's peer. `if7`, its index there,
   * if that one is in another net namespace.
   */
  link?: string;
  /** Further names. */
  altnames?: string[];
  /** As `ip link` prints them: `['UP', 'LOOPBACK', 'RUNNING', 'LOWER_UP']`. */
  flags: string[];
}

/** By bit, from the lowest: netdevice(7), linux/if.h. */
const FLAGS = [
  'UP',
  'BROADCAST',
  'DEBUG',
  'LOOPBACK',
  'POINTOPOINT',
  'NOTRAILERS',
  'RUNNING',
  'NOARP',
  'PROMISC',
  'ALLMULTI',
  'MASTER',
  'SLAVE',
  'MULTICAST',
  'PORTSEL',
  'AUTOMEDIA',
  'DYNAMIC',
  'LOWER_UP',
  'DORMANT',
  'ECHO',
];

function linkOf(link: NetlinkLink, names: Map<number, string>): string | undefined {
  if (link.lower === 0) return undefined;
  const name = link.lowerNetnsId === undefined ? names.get(link.lower) : undefined;
  return name ?? `if${link.lower}`;
}

function toInterface(link: NetlinkLink, names: Map<number, string>): Interface {
  const flags = FLAGS.filter((_, bit) => link.flags & (1 << bit));
  const lower = linkOf(link, names);
  return {
    name: link.name,
    index: link.index,
    type: nameOf(LINK_TYPES, link.type),
    ...(link.kind !== undefined && { kind: link.kind }),
    state: flags.includes('UP') ? 'up' : 'down',
    running: flags.includes('RUNNING'),
    mtu: link.mtu,
    ...(link.address !== undefined && { address: link.address }),
    ...(link.master !== 0 && { master: names.get(link.master) ?? String(link.master) }),
    ...(lower !== undefined && { link: lower }),
    ...(link.altnames.length > 0 && { altnames: link.altnames }),
    flags,
  };
}

/**
 * The network interfaces of this network namespace.
 *
 * @see rtnetlink(7), RTM_GETLINK
 */
function list(): Interface[] {
  const links = callNative('dumpLinks', []);
  const names = new Map(links.map(({ index, name }) => [index, name]));
  return links.map((link) => toInterface(link, names));
}

function setLink(name: string, wanted: { up?: boolean; mtu?: number }): void {
  callNative('setLink', [interfaceIndex(name), wanted], { interface: name });
}

/**
 * Switches an interface on. lo gets 127.0.0.1 and ::1 by that.
 *
 * @throws SystemError ENODEV if there is none, EPERM without CAP_NET_ADMIN in this network namespace.
 * @see rtnetlink(7), RTM_NEWLINK
 */
function up(name: string): void {
  setLink(name, { up: true });
}

/**
 * Switches an interface off. Its routes go with that, and its IPv6 addresses.
 *
 * @throws SystemError ENODEV if there is none, EPERM without CAP_NET_ADMIN in this network namespace.
 * @see rtnetlink(7), RTM_NEWLINK
 */
function down(name: string): void {
  setLink(name, { up: false });
}

/**
 * Sets the size of the largest packet that an interface sends.
 *
 * @param mtu in bytes.
 * @throws SystemError ENODEV if there is no such interface, EINVAL if it cannot be that size, EPERM
 *   without CAP_NET_ADMIN in this network namespace.
 * @see rtnetlink(7), IFLA_MTU
 */
function setMtu(name: string, mtu: number): void {
  setLink(name, { mtu: checkInteger('MTU', mtu, { min: 1, max: 2 ** 31 - 1 }) });
}

/**
 * The interfaces with their addresses, as lines that are the same in every run, for
 * `toMatchSnapshot()`. Numbers, hardware addresses and link-local addresses are left out.
 */
function view(): string[] {
  return viewInterfaces(list(), addresses.list());
}

export const interfaces = {
  list,
  view,
  up,
  down,
  setMtu,
  add,
  remove,
  rename,
  move,
  setMaster,
  setAddress,
  addAltname,
  removeAltname,
};
