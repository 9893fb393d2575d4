import { addressBytes, parseHardwareAddress } from './address-bytes';
import { checkInteger, checkOneOf, checkOptions } from './check';
import type { NamespaceReference } from './namespace-reference';
import { attribute, port, text, u16, u32 } from './netlink-message';
import { checkInterfaceName, parseAddress } from './rtnetlink-names';

// What kinds of network interfaces can be made, and what each takes. ip-link(8), linux/if_link.h

/** What an interface of any kind takes. */
export interface InterfaceCommon {
  /** At most 15 bytes. */
  name: string;
  /** The net namespace that it is made in: that of a process, or one by path or descriptor. */
  namespace?: NamespaceReference;
  mtu?: number;
  /** The hardware address; a random one by default. */
  address?: string;
  /** The bridge that it is a port of. */
  master?: string;
}

/** The other end of a veth pair. */
export type VethPeer = Omit<InterfaceCommon, 'master'>;

const MACVLAN_MODES = { private: 1, vepa: 2, bridge: 4, passthru: 8 } as const;
const IPVLAN_MODES = { l2: 0, l3: 1, l3s: 2 } as const;

export type InterfaceRequest = InterfaceCommon &
  (
    | { kind: 'bridge' | 'dummy' | 'ifb' | 'tun' | 'tap' }
    | { kind: 'veth'; peer: VethPeer }
    | { kind: 'macvlan'; link: string; mode?: keyof typeof MACVLAN_MODES }
    | { kind: 'ipvlan'; link: string; mode?: keyof typeof IPVLAN_MODES }
    | { kind: 'vlan'; link: string; id: number }
    | { kind: 'vrf'; table: number }
    | {
        kind: 'vxlan';
        /** The network's identifier, VNI: from 0 to 16777215. */
        id: number;
        /** The interface to the other hosts. */
        link?: string;
        /** The other host's address, or a multicast group's. */
        remote?: string;
        local?: string;
        /** UDP; 4789 by default. */
        port?: number;
      }
  );

export type InterfaceKind = InterfaceRequest['kind'];
type RequestOf<Kind extends InterfaceKind> = Extract<InterfaceRequest, { kind: Kind }>;

interface KindRow<Kind extends InterfaceKind> {
  /** Options beside those of all kinds. */
  options: readonly string[];
  /** Attributes of IFLA_INFO_DATA; none by default. */
  data?(request: RequestOf<Kind>): Buffer[];
}

const IFLA_VLAN_ID = 1;
const IFLA_MACVLAN_MODE = 1;
const IFLA_IPVLAN_MODE = 1;
const IFLA_VRF_TABLE = 1;
const VETH_INFO_PEER = 1;
const IFLA_VXLAN = {
  id: 1,
  port: 15,
  remote: { inet: 2, inet6: 16 },
  local: { inet: 4, inet6: 17 },
} as const;
const VXLAN_PORT = 4789;

export const COMMON_OPTIONS = ['kind', 'name', 'namespace', 'mtu', 'address', 'master'] as const;
const PEER_OPTIONS = ['name', 'namespace', 'mtu', 'address'] as const;

/** One row per kind. `link` is an attribute of the interface itself, and so not of the data. */
const KINDS: { [Kind in InterfaceKind]: KindRow<Kind> } = {
  bridge: { options: [] },
  dummy: { options: [] },
  ifb: { options: [] },
  // Not of rtnetlink: tun(4).
  tun: { options: [] },
  tap: { options: [] },
  veth: { options: ['peer'] },
  macvlan: {
    options: ['link', 'mode'],
    data: ({ mode = 'bridge' }) => [
      attribute(IFLA_MACVLAN_MODE, u32(numberOf('mode', MACVLAN_MODES, mode))),
    ],
  },
  ipvlan: {
    options: ['link', 'mode'],
    data: ({ mode = 'l2' }) => [
      attribute(IFLA_IPVLAN_MODE, u16(numberOf('mode', IPVLAN_MODES, mode))),
    ],
  },
  vlan: {
    options: ['link', 'id'],
    data: ({ id }) => [
      attribute(IFLA_VLAN_ID, u16(checkInteger('VLAN id', id, { min: 0, max: 4094 }))),
    ],
  },
  vrf: {
    options: ['table'],
    data: ({ table }) => [
      attribute(IFLA_VRF_TABLE, u32(checkInteger('table', table, { min: 1, max: 2 ** 32 - 1 }))),
    ],
  },
  vxlan: {
    options: ['id', 'link', 'remote', 'local', 'port'],
    data: ({ id, remote, local, port: number = VXLAN_PORT }) => [
      attribute(IFLA_VXLAN.id, u32(checkInteger('VXLAN id', id, { min: 0, max: 2 ** 24 - 1 }))),
      attribute(IFLA_VXLAN.port, port(checkInteger('port', number, { min: 1, max: 65_535 }))),
      ...(remote === undefined ? [] : [vxlanAddress('remote', remote)]),
      ...(local === undefined ? [] : [vxlanAddress('local', local)]),
    ],
  },
};

const WITH_LINK: readonly InterfaceKind[] = ['macvlan', 'ipvlan', 'vlan'];

function numberOf<Names extends Record<string, number>>(
  what: string,
  names: Names,
  value: keyof Names & string,
): number {
  const known = Object.keys(names) as Array<keyof Names & string>;
  return names[checkOneOf(what, value, known)] as number;
}

function vxlanAddress(what: 'remote' | 'local', value: string): Buffer {
  const { family, address } = parseAddress(what, value);
  return attribute(IFLA_VXLAN[what][family], addressBytes(family, address));
}

/** Checks everything about a request that can be known before the kernel is asked. */
export function checkInterfaceRequest(request: InterfaceRequest): void {
  const kinds = Object.keys(KINDS) as InterfaceKind[];
  checkOneOf('kind of the interface', request?.kind, kinds);
  const { options } = KINDS[request.kind];
  checkOptions(`ns.interfaces.add for a ${request.kind}`, request, [
    ...COMMON_OPTIONS,
    ...options,
  ] as ReadonlyArray<keyof InterfaceRequest>);
  checkInterfaceName(request.name);
  if (WITH_LINK.includes(request.kind)) {
    checkInterfaceName((request as { link?: string }).link, 'link of the interface');
  }
  if (request.kind === 'veth') {
    checkOptions('the peer of a veth', request.peer, PEER_OPTIONS);
    checkInterfaceName(request.peer.name, 'name of the peer');
  }
}

const IFLA = { address: 1, name: 3, mtu: 4, netnsFd: 28 } as const;
const IFLA_INFO_KIND = 1;
const IFLA_INFO_DATA = 2;

/** The attributes that both ends of a pair can have. */
export function commonAttributes(
  { name, mtu, address }: Pick<InterfaceCommon, 'name' | 'mtu' | 'address'>,
  netnsFd: number | undefined,
): Buffer[] {
  return [
    attribute(IFLA.name, text(checkInterfaceName(name))),
    ...(mtu === undefined
      ? []
      : [attribute(IFLA.mtu, u32(checkInteger('MTU', mtu, { min: 1, max: 2 ** 31 - 1 })))]),
    ...(address === undefined
      ? []
      : [attribute(IFLA.address, parseHardwareAddress('address of the interface', address))]),
    ...(netnsFd === undefined ? [] : [attribute(IFLA.netnsFd, u32(netnsFd))]),
  ];
}

/** The values of IFLA_LINKINFO. `peer` is the whole message of a veth's other end. */
export function linkInfo(request: InterfaceRequest, peer: Buffer | undefined): Buffer[] {
  const { data } = KINDS[request.kind] as KindRow<InterfaceKind>;
  const values = [
    ...(data?.(request) ?? []),
    ...(peer === undefined ? [] : [attribute(VETH_INFO_PEER, peer)]),
  ];
  return [
    // Without its NUL: the kernel takes either.
    attribute(IFLA_INFO_KIND, Buffer.from(request.kind)),
    ...(values.length === 0 ? [] : [attribute(IFLA_INFO_DATA, ...values)]),
  ];
}
