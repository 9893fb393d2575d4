import { callNative } from '../native/load';
import { parseHardwareAddress } from './address-bytes';
import { checkOptions, checkTextBytes } from './check';
import { interfaceIndex } from './interface-index';
import {
  checkInterfaceRequest,
  commonAttributes,
  type InterfaceCommon,
  type InterfaceRequest,
  linkInfo,
} from './link-kinds';
import { type NamespaceReference, withNamespace } from './namespace-reference';
import { attribute, text, u8, u16, u32 } from './netlink-message';
import { checkInterfaceName } from './rtnetlink-names';

// Making, removing and moving network interfaces: rtnetlink(7), ip-link(8).

const RTM_NEWLINK = 16;
const RTM_DELLINK = 17;
const RTM_NEWLINKPROP = 108;
const RTM_DELLINKPROP = 109;
const NLM_F_ACK = 0x4;
const NLM_F_EXCL = 0x200;
const NLM_F_CREATE = 0x400;
const NLM_F_APPEND = 0x800;
const IFLA = {
  address: 1,
  name: 3,
  link: 5,
  master: 10,
  info: 18,
  netnsFd: 28,
  properties: 52,
  altname: 53,
} as const;
/** Newer attributes have to say that others are nested in them. netlink(7) */
const NLA_F_NESTED = 0x8000;
const IFF_TUN = { tun: 1, tap: 2 } as const;
/** ALTIFNAMSIZ less the NUL. */
const MAX_ALTNAME_BYTES = 127;

/** struct ifinfomsg */
function header(index: number): Buffer {
  return Buffer.concat([u8(0), u8(0), u16(0), u32(index), u32(0), u32(0)]);
}

type Facts = Record<string, string | number | undefined>;

function change(name: string, attributes: readonly Uint8Array[], facts: Facts = {}): void {
  const body = Buffer.concat([header(interfaceIndex(name)), ...attributes]);
  callNative('routeRequest', [RTM_NEWLINK, 'RTM_NEWLINK', NLM_F_ACK, body], {
    interface: name,
    ...facts,
  });
}

/** The descriptor, if a namespace is given, for as long as it is used. */
function withOptionalNamespace<Result>(
  what: string,
  namespace: NamespaceReference | undefined,
  use: (fd: number | undefined) => Result,
): Result {
  return namespace === undefined ? use(undefined) : withNamespace(what, namespace, 'net', use);
}

function withPeer<Result>(
  request: InterfaceRequest,
  use: (peer: Buffer | undefined) => Result,
): Result {
  if (request.kind !== 'veth') return use(undefined);
  const { peer } = request;
  return withOptionalNamespace('the namespace of the peer', peer.namespace, (fd) =>
    use(Buffer.concat([header(0), ...commonAttributes(peer, fd)])),
  );
}

/** tun(4): made by an ioctl in this namespace; what an ioctl cannot do is done afterwards. */
function addTun(kind: 'tun' | 'tap', request: InterfaceCommon): void {
  const { name, address, master, mtu, namespace } = request;
  callNative('tunCreate', [name, IFF_TUN[kind]], { interface: name, kind });
  try {
    if (address !== undefined) setAddress(name, address);
    if (mtu !== undefined)
      callNative('setLink', [interfaceIndex(name), { mtu }], { interface: name });
    if (master !== undefined) setMaster(name, master);
    if (namespace !== undefined) move(name, namespace);
  } catch (error) {
    remove(name);
    throw error;
  }
}

/**
 * Makes a network interface, which is down at first: a `bridge`, a pair of `veth`, a `macvlan`, a
 * `vxlan` and so on. It is made in the net namespace given, this one by default.
 *
 * @throws TypeError if the request cannot be right.
 * @throws SystemError EEXIST if the name is taken, ENOTSUP if the kernel has no such kind, ENODEV if
 *   there is no such `link` or `master`, EPERM without CAP_NET_ADMIN in both net namespaces.
 * @see ip-link(8), veth(4), tun(4); rtnetlink(7), RTM_NEWLINK
 */
export function add(request: InterfaceRequest): void {
  checkInterfaceRequest(request);
  const { kind, name, namespace, master } = request;
  if (kind === 'tun' || kind === 'tap') {
    addTun(kind, request);
    return;
  }
  const link = 'link' in request ? request.link : undefined;
  const flags = NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
  withOptionalNamespace('the namespace of the interface', namespace, (fd) =>
    withPeer(request, (peer) => {
      const body = Buffer.concat([
        header(0),
        ...commonAttributes(request, fd),
        ...(link === undefined ? [] : [attribute(IFLA.link, u32(interfaceIndex(link)))]),
        ...(master === undefined ? [] : [attribute(IFLA.master, u32(interfaceIndex(master)))]),
        attribute(IFLA.info, ...linkInfo(request, peer)),
      ]);
      callNative('routeRequest', [RTM_NEWLINK, 'RTM_NEWLINK', flags, body], {
        interface: name,
        kind,
      });
    }),
  );
}

/**
 * Removes an interface; of a veth pair, both ends.
 *
 * @throws SystemError ENODEV if there is none, ENOTSUP if it is none that can be removed, EPERM
 *   without CAP_NET_ADMIN in this net namespace.
 * @see rtnetlink(7), RTM_DELLINK
 */
export function remove(name: string): void {
  callNative(
    'routeRequest',
    [RTM_DELLINK, 'RTM_DELLINK', NLM_F_ACK, header(interfaceIndex(name))],
    { interface: name },
  );
}

/**
 * Gives an interface another name.
 *
 * @throws SystemError EEXIST if that one is taken, EBUSY if it is up and the kernel is older than Linux
 *   6.2, ENODEV if there is none, EPERM without CAP_NET_ADMIN in this net namespace.
 * @see rtnetlink(7), IFLA_IFNAME
 */
export function rename(name: string, newName: string): void {
  const to = checkInterfaceName(newName, 'new name of the interface');
  change(name, [attribute(IFLA.name, text(to))], { to });
}

/**
 * Moves an interface to another net namespace, where it is down and has no addresses.
 *
 * @param to the net namespace of a process, or one by path or descriptor.
 * @param options name: what it is called there; its name here by default.
 * @throws SystemError EEXIST if the name is taken there, EINVAL for one that cannot be moved, such as
 *   lo, EPERM without CAP_NET_ADMIN in both.
 * @see rtnetlink(7), IFLA_NET_NS_FD
 */
export function move(name: string, to: NamespaceReference, options: { name?: string } = {}): void {
  checkOptions('ns.interfaces.move', options, ['name']);
  const newName = options.name === undefined ? [] : [checkInterfaceName(options.name)];
  withNamespace('the namespace to move to', to, 'net', (fd) =>
    change(name, [
      attribute(IFLA.netnsFd, u32(fd)),
      ...newName.map((value) => attribute(IFLA.name, text(value))),
    ]),
  );
}

/**
 * Makes an interface a port of a bridge or bond; with null, of none any more.
 *
 * @throws SystemError ENODEV if there is no such interface, EINVAL if the master takes no ports, ELOOP
 *   for a bridge in a bridge, EPERM without CAP_NET_ADMIN in this net namespace.
 * @see ip-link(8), bridge(8); rtnetlink(7), IFLA_MASTER
 */
export function setMaster(name: string, master: string | null): void {
  const index = master === null ? 0 : interfaceIndex(master);
  change(name, [attribute(IFLA.master, u32(index))], { master: master ?? undefined });
}

/**
 * Sets the hardware address.
 *
 * @throws TypeError if it is none.
 * @throws SystemError EADDRNOTAVAIL for a multicast address, ENOTSUP if it cannot have one, EPERM
 *   without CAP_NET_ADMIN in this net namespace.
 * @see rtnetlink(7), IFLA_ADDRESS
 */
export function setAddress(name: string, address: string): void {
  const bytes = parseHardwareAddress('address of the interface', address);
  change(name, [attribute(IFLA.address, bytes)], { address });
}

function changeAltname(
  type: number,
  verb: string,
  flags: number,
  name: string,
  altname: string,
): void {
  const value = checkTextBytes('alternative name', altname, MAX_ALTNAME_BYTES);
  const body = Buffer.concat([
    header(interfaceIndex(name)),
    attribute(IFLA.properties | NLA_F_NESTED, attribute(IFLA.altname, text(value))),
  ]);
  callNative('routeRequest', [type, verb, NLM_F_ACK | flags, body], { interface: name, altname });
}

/**
 * Gives an interface one more name, of at most 127 bytes, by which `ip` finds it too.
 *
 * @throws SystemError EEXIST if it is taken, EPERM without CAP_NET_ADMIN in this net namespace.
 * @see ip-link(8), property add altname
 */
export function addAltname(name: string, altname: string): void {
  const flags = NLM_F_EXCL | NLM_F_CREATE | NLM_F_APPEND;
  changeAltname(RTM_NEWLINKPROP, 'RTM_NEWLINKPROP', flags, name, altname);
}

/**
 * Takes a further name from an interface.
 *
 * @throws SystemError ENOENT or EINVAL if it does not have that one, EPERM without CAP_NET_ADMIN in
 *   this net namespace.
 * @see ip-link(8), property del altname
 */
export function removeAltname(name: string, altname: string): void {
  changeAltname(RTM_DELLINKPROP, 'RTM_DELLINKPROP', 0, name, altname);
}
