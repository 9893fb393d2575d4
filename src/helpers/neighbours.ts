import { callNative } from '../native/load';
import {
  addressBytes,
  addressText,
  hardwareAddressText,
  parseHardwareAddress,
} from './address-bytes';
import { checkOneOf, checkOptions } from './check';
import { interfaceIndex, interfaceNames } from './interface-index';
import {
  attribute,
  readAttributes,
  readU8,
  readU16,
  readU32,
  u8,
  u16,
  u32,
} from './netlink-message';
import { FAMILIES, type Family, familyOf, parseAddress } from './rtnetlink-names';

/** What is known of a neighbour on a link: ARP's table for IPv4, neighbour discovery's for IPv6. */
export interface Neighbour {
  interface: string;
  family: Family;
  address: string;
  /** The hardware address; absent while it is not known. */
  linkAddress?: string;
  /** `reachable`, `stale`, `permanent`, `failed` and so on: ip-neighbour(8). */
  state: string;
}

export interface NeighbourRequest {
  interface: string;
  address: string;
  linkAddress: string;
}

const RTM_NEWNEIGH = 28;
const RTM_DELNEIGH = 29;
const RTM_GETNEIGH = 30;
const NLM_F_ACK = 0x4;
const NLM_F_EXCL = 0x200;
const NLM_F_DUMP = 0x300;
const NLM_F_CREATE = 0x400;
const NDA_DST = 1;
const NDA_LLADDR = 2;
/** struct ndmsg */
const HEADER_BYTES = 12;
/** linux/neighbour.h */
const STATES: Record<string, number> = {
  incomplete: 0x01,
  reachable: 0x02,
  stale: 0x04,
  delay: 0x08,
  probe: 0x10,
  failed: 0x20,
  noarp: 0x40,
  permanent: 0x80,
};

function header(family: number, index: number, state: number): Buffer {
  return Buffer.concat([u8(family), u8(0), u16(0), u32(index), u16(state), u8(0), u8(0)]);
}

/** The body of RTM_NEWNEIGH. */
export function toNeighbour(message: Buffer, names: Map<number, string>): Neighbour[] {
  const family = familyOf(readU8(message));
  const index = readU32(message, 4);
  const number = readU16(message, 8);
  const attributes = readAttributes(message.subarray(HEADER_BYTES));
  const address = attributes.get(NDA_DST);
  const linkAddress = attributes.get(NDA_LLADDR);
  const state = Object.keys(STATES).find((name) => STATES[name] === number);
  // Without an address it is a bridge's, which another table shows.
  if (address === undefined) return [];
  return [
    {
      interface: names.get(index) ?? String(index),
      family,
      address: addressText(family, address),
      ...(linkAddress !== undefined && { linkAddress: hardwareAddressText(linkAddress) }),
      state: state ?? 'none',
    },
  ];
}

/**
 * The neighbours that this net namespace knows; those that need none, on lo for one, are left out.
 *
 * @param options family: of this one only.
 * @see ip-neighbour(8); rtnetlink(7), RTM_GETNEIGH
 */
function list(options: { family?: Family } = {}): Neighbour[] {
  checkOptions('ns.neighbours.list', options, ['family']);
  const all = Object.keys(FAMILIES) as Family[];
  const families = options.family === undefined ? all : [checkOneOf('family', options.family, all)];
  const names = interfaceNames();
  return families
    .flatMap((family) =>
      callNative('routeRequest', [
        RTM_GETNEIGH,
        'RTM_GETNEIGH',
        NLM_F_DUMP,
        header(FAMILIES[family], 0, 0),
      ]),
    )
    .flatMap((message) => toNeighbour(message, names))
    .filter(({ state }) => state !== 'noarp');
}

/**
 * Adds a permanent neighbour: nobody is asked for its hardware address.
 *
 * @throws TypeError if the request cannot be right.
 * @throws SystemError EEXIST if there is one of this address, ENODEV if there is no such interface,
 *   EPERM without CAP_NET_ADMIN in this net namespace.
 * @see ip-neighbour(8); rtnetlink(7), RTM_NEWNEIGH
 */
function add(request: NeighbourRequest): void {
  checkOptions('ns.neighbours.add', request, ['interface', 'address', 'linkAddress']);
  const { family, address } = parseAddress('address of the neighbour', request.address);
  const linkAddress = parseHardwareAddress('link address of the neighbour', request.linkAddress);
  const body = Buffer.concat([
    header(FAMILIES[family], interfaceIndex(request.interface), STATES.permanent as number),
    attribute(NDA_DST, addressBytes(family, address)),
    attribute(NDA_LLADDR, linkAddress),
  ]);
  const flags = NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
  callNative('routeRequest', [RTM_NEWNEIGH, 'RTM_NEWNEIGH', flags, body], {
    address,
    interface: request.interface,
  });
}

/**
 * Forgets a neighbour.
 *
 * @throws TypeError if the request cannot be right.
 * @throws SystemError ENOENT if there is none, ENODEV if there is no such interface, EPERM without
 *   CAP_NET_ADMIN in this net namespace.
 * @see ip-neighbour(8); rtnetlink(7), RTM_DELNEIGH
 */
function remove(request: { interface: string; address: string }): void {
  checkOptions('ns.neighbours.remove', request, ['interface', 'address']);
  const { family, address } = parseAddress('address of the neighbour', request.address);
  const body = Buffer.concat([
    header(FAMILIES[family], interfaceIndex(request.interface), 0),
    attribute(NDA_DST, addressBytes(family, address)),
  ]);
  callNative('routeRequest', [RTM_DELNEIGH, 'RTM_DELNEIGH', NLM_F_ACK, body], {
    address,
    interface: request.interface,
  });
}

export const neighbours = { list, add, remove };
