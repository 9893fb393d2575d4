import { hardwareAddressText } from '../../helpers/address-bytes';
import { readAttributes, readI32, readU16, readU32 } from '../../helpers/netlink-message';
import { namesOf } from '../constants/flags';
import { IFF, IFLA } from '../constants/network';

export interface Link {
  index: number;
  name: string;
  kind?: string;
  /** `IFF_UP` and so on. */
  flags: string[];
  up: boolean;
  mtu: number;
  address?: string;
  /** The index of its bridge, 0 for none. */
  master: number;
  /** The index of what it lies on, or is paired with; 0 for none. */
  link: number;
  /** The id of the network namespace of that one, if it is another. */
  linkNsid?: number;
  altnames: string[];
}

// struct ifinfomsg, and an attribute nested in IFLA_LINKINFO.
const HEADER_BYTES = 16;
const IFLA_INFO_KIND = 1;

/** The body of RTM_NEWLINK. */
export function parseLink(body: Buffer): Link {
  const attributes = readAttributes(body.subarray(HEADER_BYTES));
  const flags = readU32(body, 8);
  const address = attributes.get(IFLA.IFLA_ADDRESS);
  const info = attributes.get(IFLA.IFLA_LINKINFO);
  const kind = info && readAttributes(info).get(IFLA_INFO_KIND);
  const nsid = attributes.get(IFLA.IFLA_LINK_NETNSID);
  return {
    index: readU32(body, 4),
    name: cString(attributes.get(IFLA.IFLA_IFNAME)),
    ...(kind && { kind: cString(kind) }),
    flags: namesOf(IFF, flags),
    up: (flags & IFF.IFF_UP) !== 0,
    mtu: number(attributes, IFLA.IFLA_MTU),
    ...(address && { address: hardwareAddressText(address) }),
    master: number(attributes, IFLA.IFLA_MASTER),
    link: number(attributes, IFLA.IFLA_LINK),
    ...(nsid && { linkNsid: readI32(nsid) }),
    altnames: altnames(attributes.get(IFLA.IFLA_PROP_LIST)),
  };
}

function number(attributes: Map<number, Buffer>, type: number): number {
  const value = attributes.get(type);
  return value === undefined ? 0 : readU32(value);
}

function cString(bytes: Buffer | undefined): string {
  return bytes === undefined ? '' : (bytes.toString('utf8').split('\0')[0] as string);
}

/** A list of attributes of one type, which a map would not keep apart. */
function altnames(list: Buffer | undefined): string[] {
  const names: string[] = [];
  for (let at = 0; list !== undefined && at + 4 <= list.length; ) {
    const length = readU16(list, at);
    if (length < 4) break;
    names.push(cString(list.subarray(at + 4, at + length)));
    at += (length + 3) & ~3;
  }
  return names;
}
