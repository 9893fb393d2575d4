/** The options `links`, `addresses`, `routes`, `neighbours`: what is made inside, in this order. */
import { SandboxError } from '../../errors/sandbox-error';
import {
  checkArray,
  checkBoolean,
  checkInteger,
  checkKeys,
  checkOneOf,
  wrongOption,
} from '../check';
import { checkHardwareAddress, checkInterfaceName, checkIp, checkPrefix, familyOf } from './text';

export type LinkKind =
  | 'bridge'
  | 'dummy'
  | 'ifb'
  | 'macvlan'
  | 'tap'
  | 'tun'
  | 'veth'
  | 'vlan'
  | 'vxlan';

/** A network interface to be made inside. ip-link(8) */
export interface LinkRequest {
  name: string;
  kind: LinkKind;
  /** veth: the name of the other end. */
  peer?: string;
  /** macvlan, vlan, vxlan: the interface it lies on. */
  parent?: string;
  /** vlan: 1 to 4094; vxlan: the network's number, 0 to 16777215. */
  id?: number;
  /** macvlan. Default: "bridge". */
  mode?: 'bridge' | 'private' | 'vepa' | 'passthru';
  /** vxlan: the address it sends from, and the one it sends to. */
  local?: string;
  remote?: string;
  /** vxlan: UDP port. Default: 4789, as in rfc7348. */
  port?: number;
  /** The bridge that it becomes a port of; made before it. */
  master?: string;
  mtu?: number;
  /** Hardware address. */
  hardwareAddress?: string;
  /** Bring it up, a veth's other end too. Default: true. */
  up?: boolean;
}

export interface AddressRequest {
  interface: string;
  /** With its prefix length: `10.0.0.1/24`. */
  address: string;
}

export interface RouteRequest {
  /** `default`, or an address with its prefix length. */
  destination: string;
  gateway?: string;
  interface?: string;
  metric?: number;
  type?: 'unicast' | 'blackhole' | 'unreachable' | 'prohibit';
}

/** An entry of the table that says which hardware address an IP address has. ip-neighbour(8) */
export interface NeighbourRequest {
  interface: string;
  address: string;
  hardwareAddress: string;
}

type Key = Exclude<keyof LinkRequest, 'name' | 'kind'>;

/** Beside name, kind and what every link takes. */
const KINDS: Record<LinkKind, { needs?: Key[]; takes?: Key[] }> = {
  bridge: {},
  dummy: {},
  ifb: {},
  macvlan: { needs: ['parent'], takes: ['mode'] },
  tap: {},
  tun: {},
  veth: { needs: ['peer'] },
  vlan: { needs: ['parent', 'id'] },
  vxlan: { needs: ['id'], takes: ['parent', 'local', 'remote', 'port'] },
};

const COMMON: Key[] = ['master', 'mtu', 'hardwareAddress', 'up'];

const READERS: { [Name in Key]: (option: string, value: unknown, kind: LinkKind) => unknown } = {
  peer: checkInterfaceName,
  parent: checkInterfaceName,
  id: (option, value, kind) =>
    kind === 'vlan'
      ? checkInteger(option, value, 1, 4094)
      : checkInteger(option, value, 0, 16_777_215),
  mode: (option, value) =>
    checkOneOf(option, ['bridge', 'private', 'vepa', 'passthru'], value as string),
  local: checkIp,
  remote: checkIp,
  port: (option, value) => checkInteger(option, value, 1, 65_535),
  master: checkInterfaceName,
  mtu: (option, value) => checkInteger(option, value, 68, 65_535),
  hardwareAddress: checkHardwareAddress,
  up: checkBoolean,
};

export function readLinks(value: unknown, option: string): LinkRequest[] {
  const links = checkArray(option, value).map((item, index) =>
    readLink(item, `${option}[${index}]`),
  );
  const names = links.flatMap(({ name, peer }) => (peer === undefined ? [name] : [name, peer]));
  const twice = names.find((name, index) => name === 'lo' || names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new SandboxError(`The option "${option}" makes the interface ${twice} twice`, {
      option,
      subject: twice,
      ...(twice === 'lo' ? { reason: 'Every network namespace has one from the start.' } : {}),
    });
  }
  return links;
}

function readLink(value: unknown, option: string): LinkRequest {
  const given = checkKeys(option, value, ['name', 'kind', ...Object.keys(READERS)]);
  const kind = checkOneOf(
    `${option}.kind`,
    Object.keys(KINDS) as LinkKind[],
    given.kind as LinkKind,
  );
  const { needs = [], takes = [] } = KINDS[kind];
  const link: Record<string, unknown> = {
    name: checkInterfaceName(`${option}.name`, given.name),
    kind,
  };
  for (const key of Object.keys(READERS) as Key[]) {
    if (given[key] === undefined) {
      if (needs.includes(key)) {
        throw new SandboxError(`A link of kind ${kind} needs the option "${option}.${key}"`, {
          option: `${option}.${key}`,
        });
      }
      continue;
    }
    if (![...needs, ...takes, ...COMMON].includes(key)) {
      throw new SandboxError(
        `The option "${option}.${key}" has no effect for a link of kind ${kind}`,
        { option: `${option}.${key}` },
      );
    }
    link[key] = READERS[key](`${option}.${key}`, given[key], kind);
  }
  return link as unknown as LinkRequest;
}

export function readAddresses(value: unknown, option: string): AddressRequest[] {
  return checkArray(option, value).map((item, index) => {
    const at = `${option}[${index}]`;
    const given = checkKeys(at, item, ['interface', 'address']);
    const { address, length } = checkPrefix(`${at}.address`, given.address);
    return {
      interface: checkInterfaceName(`${at}.interface`, given.interface),
      address: `${address}/${length}`,
    };
  });
}

const ROUTE_TYPES = ['unicast', 'blackhole', 'unreachable', 'prohibit'] as const;

export function readRoutes(value: unknown, option: string): RouteRequest[] {
  return checkArray(option, value).map((item, index) => readRoute(item, `${option}[${index}]`));
}

function readRoute(value: unknown, option: string): RouteRequest {
  const given = checkKeys(option, value, ['destination', 'gateway', 'interface', 'metric', 'type']);
  const type = checkOneOf(`${option}.type`, ROUTE_TYPES, (given.type ?? 'unicast') as 'unicast');
  const goesSomewhere = given.gateway !== undefined || given.interface !== undefined;
  if (goesSomewhere !== (type === 'unicast')) {
    throw wrongOption(
      option,
      type === 'unicast'
        ? 'a route with a gateway or an interface'
        : 'a route with neither gateway nor interface',
      value,
    );
  }
  const gateway =
    given.gateway === undefined ? undefined : checkIp(`${option}.gateway`, given.gateway);
  const destination = readDestination(given.destination, `${option}.destination`, gateway);
  return {
    ...destination,
    ...(gateway === undefined ? {} : { gateway }),
    ...(given.interface === undefined
      ? {}
      : { interface: checkInterfaceName(`${option}.interface`, given.interface) }),
    ...(given.metric === undefined
      ? {}
      : { metric: checkInteger(`${option}.metric`, given.metric, 0, 2 ** 32 - 1) }),
    type,
  };
}

/** `default` is written out, of the gateway's family. */
function readDestination(
  value: unknown,
  option: string,
  gateway: string | undefined,
): { destination: string } {
  const family = gateway === undefined ? 'inet' : familyOf(gateway);
  if (value === 'default') return { destination: family === 'inet' ? '0.0.0.0/0' : '::/0' };
  const prefix = checkPrefix(option, value);
  if (gateway !== undefined && prefix.family !== family) {
    throw wrongOption(option, `of its gateway's family, as ${gateway} is`, value);
  }
  return { destination: `${prefix.address}/${prefix.length}` };
}

export function readNeighbours(value: unknown, option: string): NeighbourRequest[] {
  return checkArray(option, value).map((item, index) => {
    const at = `${option}[${index}]`;
    const given = checkKeys(at, item, ['interface', 'address', 'hardwareAddress']);
    return {
      interface: checkInterfaceName(`${at}.interface`, given.interface),
      address: checkIp(`${at}.address`, given.address),
      hardwareAddress: checkHardwareAddress(`${at}.hardwareAddress`, given.hardwareAddress),
    };
  });
}
