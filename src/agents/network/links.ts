import { SystemError } from '../../errors/system-error';
import { addressBytes, addressText, parseHardwareAddress } from '../../helpers/address-bytes';
import {
  checkInterfaceRequest,
  commonAttributes,
  type InterfaceRequest,
  linkInfo,
} from '../../helpers/link-kinds';
import {
  attribute,
  readAttributes,
  readI32,
  readU8,
  readU32,
  text,
  u8,
  u16,
  u32,
} from '../../helpers/netlink-message';
import { FAMILIES, familyOf, parseAddress, parsePrefix } from '../../helpers/rtnetlink-names';
import type { Agent } from '../agent';
import { E } from '../constants/files';
import { IFF, IFLA, NLM, RTM, RTNLGRP } from '../constants/network';
import type { Core } from '../core';
import { type Link, parseLink } from './link';
import { Netlink } from './netlink';

/** A net namespace to make or move something in: a descriptor of the agent, or a pid as it sees it. */
export type LinkTarget = { fd: number } | { pid: number } | { agent: Agent };

/** Distributes over the kinds, which Omit does not. */
type Without<Request, Key extends string> = Request extends unknown ? Omit<Request, Key> : never;

export type LinkRequest = Without<InterfaceRequest, 'namespace' | 'peer'> & {
  /** Where it is made; here by default. */
  namespace?: LinkTarget;
  /** Its number; the next free one by default. */
  index?: number;
  /** The other end of a veth pair. */
  peer?: { name: string; mtu?: number; address?: string; namespace?: LinkTarget; index?: number };
};

export interface LinkEvent {
  type: 'RTM_NEWLINK' | 'RTM_DELLINK' | string;
  name: string;
  index: number;
  /** Of which namespace, by its id here; undefined for this one. */
  nsid?: number;
}

const ADDRESS_HEADER_BYTES = 8;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const RTA = { dst: 1, oif: 4, gateway: 5 } as const;
const NETNSA = { nsid: 1, pid: 2, fd: 3 } as const;
const NLA_F_NESTED = 0x8000;
const MAKE = NLM.NLM_F_ACK | NLM.NLM_F_CREATE | NLM.NLM_F_EXCL;

/** struct ifinfomsg */
function header(index: number, flags = 0, changed = 0): Buffer {
  return Buffer.concat([u8(0), u8(0), u16(0), u32(index), u32(flags), u32(changed)]);
}

/** Links, addresses, routes and namespace ids of the agent's network namespace. rtnetlink(7) */
/** The body of RTM_NEWADDR. */
export function parseAddressMessage(body: Buffer): {
  index: number;
  address: string;
  prefixLength: number;
} {
  const attributes = readAttributes(body.subarray(ADDRESS_HEADER_BYTES));
  const family = familyOf(readU8(body));
  const bytes = attributes.get(IFA_LOCAL) ?? attributes.get(IFA_ADDRESS);
  return {
    index: readU32(body, 4),
    // Of a peer that has none: the family's own word for it.
    address: addressText(family, bytes ?? Buffer.alloc(family === 'inet' ? 4 : 16)),
    prefixLength: readU8(body, 1),
  };
}

export class AgentLinks {
  protected readonly netlink: Netlink;
  /** Descriptors of other agents' namespaces, for the request that is being written. */
  private readonly lent: number[] = [];

  constructor(
    protected readonly core: Core,
    protected readonly agent: Agent,
  ) {
    this.netlink = new Netlink(core);
  }

  links(): Link[] {
    return this.netlink
      .request('RTM_GETLINK', NLM.NLM_F_DUMP, header(0))
      .map(parseLink)
      .sort((a, b) => a.index - b.index);
  }

  /** ENODEV if there is none. */
  link(name: string): Link {
    const found = this.links().find((link) => link.name === name || link.altnames.includes(name));
    if (found !== undefined) return found;
    throw new SystemError({
      errno: E.ENODEV,
      syscall: 'RTM_GETLINK',
      facts: { interface: name },
    });
  }

  /** `peer` for a veth, `link` for what lies on another one, as in ns.interfaces.add. */
  add(request: LinkRequest): void {
    const { namespace, index = 0, peer, ...rest } = request;
    const plain = { ...rest, ...(peer && { peer: { name: peer.name } }) } as InterfaceRequest;
    checkInterfaceRequest(plain);
    if (plain.kind === 'tap' || plain.kind === 'tun') {
      this.addTun(plain.kind, request);
      return;
    }
    const lower = 'link' in plain ? plain.link : undefined;
    const peerMessage =
      peer &&
      Buffer.concat([
        header(peer.index ?? 0),
        ...commonAttributes(peer, undefined),
        ...this.target(peer.namespace),
      ]);
    const body = Buffer.concat([
      header(index),
      ...commonAttributes(plain, undefined),
      ...this.target(namespace),
      ...(lower === undefined ? [] : [attribute(IFLA.IFLA_LINK, u32(this.link(lower).index))]),
      ...(plain.master === undefined
        ? []
        : [attribute(IFLA.IFLA_MASTER, u32(this.link(plain.master).index))]),
      attribute(IFLA.IFLA_LINKINFO, ...linkInfo(plain, peerMessage)),
    ]);
    this.request('RTM_NEWLINK', MAKE, body, { interface: plain.name, kind: plain.kind });
  }

  remove(name: string): void {
    const body = header(this.link(name).index);
    this.netlink.request('RTM_DELLINK', NLM.NLM_F_ACK, body, { interface: name });
  }

  up(name: string): void {
    this.change(name, [], IFF.IFF_UP, IFF.IFF_UP);
  }

  down(name: string): void {
    this.change(name, [], 0, IFF.IFF_UP);
  }

  setMtu(name: string, mtu: number): void {
    this.change(name, [attribute(IFLA.IFLA_MTU, u32(mtu))]);
  }

  setAddress(name: string, address: string): void {
    const bytes = parseHardwareAddress('address of the interface', address);
    this.change(name, [attribute(IFLA.IFLA_ADDRESS, bytes)]);
  }

  rename(name: string, to: string): void {
    this.change(name, [attribute(IFLA.IFLA_IFNAME, text(to))]);
  }

  setMaster(name: string, master: string | null): void {
    const index = master === null ? 0 : this.link(master).index;
    this.change(name, [attribute(IFLA.IFLA_MASTER, u32(index))]);
  }

  /** To another net namespace, under another name or number there if asked for. */
  move(
    name: string,
    to: LinkTarget,
    { name: newName, index }: { name?: string; index?: number } = {},
  ): void {
    this.change(name, [
      ...this.target(to),
      ...(newName === undefined ? [] : [attribute(IFLA.IFLA_IFNAME, text(newName))]),
      ...(index === undefined ? [] : [attribute(IFLA.IFLA_NEW_IFINDEX, u32(index))]),
    ]);
  }

  addAltname(name: string, altname: string): void {
    this.property('RTM_NEWLINKPROP', MAKE | NLM.NLM_F_APPEND, name, altname);
  }

  removeAltname(name: string, altname: string): void {
    this.property('RTM_DELLINKPROP', NLM.NLM_F_ACK, name, altname);
  }

  addresses(): Array<{ index: number; address: string; prefixLength: number }> {
    return this.netlink
      .request('RTM_GETADDR', NLM.NLM_F_DUMP, Buffer.alloc(8))
      .map(parseAddressMessage);
  }

  /** `10.0.0.1/24`; an IPv6 address can be used at once, without a search for duplicates. */
  addAddress(name: string, prefix: string): void {
    this.changeAddress('RTM_NEWADDR', MAKE, name, prefix);
  }

  removeAddress(name: string, prefix: string): void {
    this.changeAddress('RTM_DELADDR', NLM.NLM_F_ACK, name, prefix);
  }

  /** `destination` is `default` or a prefix. */
  addRoute(route: { destination: string; gateway?: string; interface?: string }): void {
    this.changeRoute('RTM_NEWROUTE', MAKE, route);
  }

  removeRoute(route: { destination: string; gateway?: string; interface?: string }): void {
    this.changeRoute('RTM_DELROUTE', NLM.NLM_F_ACK, route);
  }

  /** The id that this namespace has for another one; undefined if none was given. RTM_GETNSID */
  nsid(of: LinkTarget): number | undefined {
    const body = Buffer.concat([u32(0), this.nsidTarget(of)]);
    const [answer] = this.request('RTM_GETNSID', 0, body);
    const given = readAttributes((answer as Buffer).subarray(4)).get(NETNSA.nsid);
    const id = given && readI32(given);
    return id === -1 ? undefined : id;
  }

  /** Gives another namespace an id here; -1 is the next free one. RTM_NEWNSID */
  setNsid(of: LinkTarget, id = -1): void {
    const body = Buffer.concat([
      u32(0),
      this.nsidTarget(of),
      attribute(NETNSA.nsid, u32(id >>> 0)),
    ]);
    this.request('RTM_NEWNSID', NLM.NLM_F_ACK, body, { id });
  }

  /** Tells from now on which links come and go; `close` it. */
  watch({ allNamespaces = false } = {}): { events(): LinkEvent[]; close(): void } {
    const fd = this.netlink.subscribe([RTNLGRP.RTNLGRP_LINK], allNamespaces);
    return {
      events: () =>
        this.netlink.events(fd).map(({ type, body, nsid }) => toEvent(type, body, nsid)),
      close: () => void this.core.call('close', [fd], { fd }),
    };
  }

  private target(to: LinkTarget | undefined): Buffer[] {
    if (to === undefined) return [];
    if ('fd' in to) return [attribute(IFLA.IFLA_NET_NS_FD, u32(to.fd))];
    if ('pid' in to) return [attribute(IFLA.IFLA_NET_NS_PID, u32(to.pid))];
    return [attribute(IFLA.IFLA_NET_NS_FD, u32(this.descriptorOf(to.agent)))];
  }

  private nsidTarget(of: LinkTarget): Buffer {
    if ('pid' in of) return attribute(NETNSA.pid, u32(of.pid));
    return attribute(NETNSA.fd, u32('fd' in of ? of.fd : this.descriptorOf(of.agent)));
  }

  private descriptorOf(other: Agent): number {
    const fd = other.passDescriptor(other.namespaces.open('net'), this.agent);
    this.lent.push(fd);
    return fd;
  }

  /** Lets go of the namespaces that the request named: they would live as long as this agent. */
  private request(...args: Parameters<Netlink['request']>): Buffer[] {
    try {
      return this.netlink.request(...args);
    } finally {
      for (const fd of this.lent.splice(0)) this.core.release(fd);
    }
  }

  private change(name: string, attributes: Buffer[], flags = 0, changed = 0): void {
    const body = Buffer.concat([header(this.link(name).index, flags, changed), ...attributes]);
    this.request('RTM_NEWLINK', NLM.NLM_F_ACK, body, { interface: name });
  }

  private property(type: keyof typeof RTM, flags: number, name: string, altname: string): void {
    const body = Buffer.concat([
      header(this.link(name).index),
      attribute(IFLA.IFLA_PROP_LIST | NLA_F_NESTED, attribute(IFLA.IFLA_ALT_IFNAME, text(altname))),
    ]);
    this.netlink.request(type, flags, body, { interface: name, altname });
  }

  private changeAddress(type: keyof typeof RTM, flags: number, name: string, prefix: string): void {
    const { family, address, prefixLength } = parsePrefix('address', prefix);
    const bytes = addressBytes(family, address);
    // IFA_F_NODAD
    const nodad = family === 'inet6' ? 2 : 0;
    const body = Buffer.concat([
      ...[u8(FAMILIES[family]), u8(prefixLength), u8(nodad), u8(0), u32(this.link(name).index)],
      attribute(IFA_LOCAL, bytes),
      attribute(IFA_ADDRESS, bytes),
    ]);
    this.netlink.request(type, flags, body, { interface: name, address: prefix });
  }

  private changeRoute(
    type: keyof typeof RTM,
    flags: number,
    {
      destination,
      gateway,
      interface: name,
    }: { destination: string; gateway?: string; interface?: string },
  ): void {
    const via = gateway === undefined ? undefined : parseAddress('gateway', gateway);
    const everything = via?.family === 'inet6' ? '::/0' : '0.0.0.0/0';
    const to = parsePrefix('destination', destination === 'default' ? everything : destination);
    // RT_TABLE_MAIN, RTPROT_STATIC, a scope of the link or of the universe, RTN_UNICAST
    const scope = via === undefined && to.family === 'inet' ? 253 : 0;
    const body = Buffer.concat([
      ...[FAMILIES[to.family], to.prefixLength, 0, 0, 254, 4, scope, 1].map(u8),
      u32(0),
      ...(to.prefixLength === 0 ? [] : [attribute(RTA.dst, addressBytes(to.family, to.address))]),
      ...(via === undefined ? [] : [attribute(RTA.gateway, addressBytes(via.family, via.address))]),
      ...(name === undefined ? [] : [attribute(RTA.oif, u32(this.link(name).index))]),
    ]);
    this.netlink.request(type, flags, body, { destination, gateway, interface: name });
  }

  /** tun(4): by an ioctl, and made to stay. */
  /** By an ioctl, in this namespace, as the next number; the rest is done afterwards. tun(4) */
  private addTun(kind: 'tun' | 'tap', request: LinkRequest): void {
    const { name, mtu, address, master, namespace, index } = request;
    if (index !== undefined) {
      throw new TypeError(`The kernel alone numbers a ${kind}: leave the option "index" out`);
    }
    this.createTun(kind, name);
    try {
      if (mtu !== undefined) this.setMtu(name, mtu);
      if (address !== undefined) this.setAddress(name, address);
      if (master !== undefined) this.setMaster(name, master);
      if (namespace !== undefined) this.move(name, namespace);
    } catch (error) {
      if (this.core.alive) this.remove(name);
      throw error;
    }
  }

  private createTun(kind: 'tun' | 'tap', name: string): void {
    const fd = this.agent.fs.open('/dev/net/tun', 'O_RDWR');
    try {
      const request = Buffer.alloc(40);
      request.write(name);
      // IFF_TUN or IFF_TAP, with IFF_NO_PI and IFF_TUN_EXCL.
      request.writeUInt16LE((kind === 'tun' ? 1 : 2) | 0x1000 | 0x8000, 16);
      this.core.call('ioctl', [fd, 0x400454ca, request], { request: 'TUNSETIFF', interface: name });
      this.core.call('ioctl', [fd, 0x400454cb, 1], { request: 'TUNSETPERSIST', interface: name });
    } finally {
      this.core.release(fd);
    }
  }
}

function toEvent(type: number, body: Buffer, nsid: number | undefined): LinkEvent {
  const { name, index } = parseLink(body);
  const known = Object.entries(RTM).find(([, value]) => value === type)?.[0];
  return { type: known ?? String(type), name, index, ...(nsid !== undefined && { nsid }) };
}
