import { SandboxError } from '../../errors/sandbox-error';
import { checkBoolean, checkName } from '../check';
import { isFresh, isJoined } from '../namespaces/options';
import type { CheckedOptions } from '../options';
import type { Room } from '../room';
import {
  type AddressRequest,
  type LinkRequest,
  type NeighbourRequest,
  type RouteRequest,
  readAddresses,
  readLinks,
  readNeighbours,
  readRoutes,
} from './interfaces';
import { type PublishedPort, readPublish } from './publish';
import {
  type CheckedNetwork,
  type NetworkSettings,
  type NetworkType,
  readNetwork,
  requireRightToVeth,
} from './uplink';

export interface NetworkOptions {
  /** Host name inside, at most 64 bytes. Default: "sandbox". uname(2) */
  hostname?: string;
  /** NIS domain name inside, at most 64 bytes. Default: "(none)", as the kernel's own. */
  domainname?: string;
  /** Bring the interface lo up. Default: true. */
  loopback?: boolean;
  /** What the sandbox is connected with: a type, or a type and its settings. Default: "loopback". */
  network?: NetworkType | NetworkSettings;
  /** Ports of the host that lead inside: "[ADDRESS:]PORT:INSIDE[/tcp or /udp]". Default: none. */
  publish?: string[];
  /** Interfaces made inside, in order. Default: none. */
  links?: LinkRequest[];
  /** IP addresses given to interfaces inside. Default: none. */
  addresses?: AddressRequest[];
  /** Routes made inside, after the addresses. Default: none. */
  routes?: RouteRequest[];
  /** Hardware addresses of neighbours. Default: none. */
  neighbours?: NeighbourRequest[];
}

export interface CheckedNetworkOptions {
  hostname: string;
  domainname: string;
  loopback: boolean;
  network: CheckedNetwork;
  publish: PublishedPort[];
  links: LinkRequest[];
  addresses: AddressRequest[];
  routes: RouteRequest[];
  neighbours: NeighbourRequest[];
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
    network: { read: readNetwork, default: { type: undefined } },
    publish: { read: readPublish, default: [], needs: 'net' },
    links: { read: readLinks, default: [], needs: 'net' },
    addresses: { read: readAddresses, default: [], needs: 'net' },
    routes: { read: readRoutes, default: [], needs: 'net' },
    neighbours: { read: readNeighbours, default: [], needs: 'net' },
  },

  settle(options, given) {
    settleNamespace(options, given);
    settleLoopback(options, given);
    const { type, uplink } = options.network;
    const crosses = uplink !== undefined ? `network: '${type}'` : 'publish';
    if ((uplink !== undefined || options.publish.length > 0) && options.namespaces.net === 'try') {
      throw contradiction(
        'namespaces.net',
        crosses,
        "'try' may leave the host's network in place.",
      );
    }
    if (options.publish.length > 0 && !options.loopback && isFresh(options.namespaces.net)) {
      throw contradiction('publish', 'lo down', 'What is published is handed to 127.0.0.1 inside.');
    }
    const made = options.links.flatMap(({ name, peer }) => [name, peer]);
    if (uplink !== undefined && made.includes(uplink.ifname)) {
      throw contradiction(
        'links',
        `network: '${type}'`,
        `Both make an interface ${uplink.ifname}. Choose another by "network.ifname".`,
      );
    }
    if (uplink?.type === 'veth') requireRightToVeth();
  },
};

/** 'host' is the network without a namespace; every other type needs one of its own. */
function settleNamespace(options: CheckedOptions, given: Record<string, unknown>): void {
  const { type } = options.network;
  if (type === undefined) return;
  const { net, network } = (given.namespaces ?? {}) as { net?: unknown; network?: unknown };
  const said = net ?? network;
  if (isJoined(options.namespaces.net)) {
    throw contradiction(
      'network',
      'a joined namespaces.net',
      'A network that is joined stays as it is.',
    );
  }
  if (type === 'host') {
    if (said !== undefined && said !== false) {
      throw contradiction('network', 'namespaces.net', "'host' is what a false one says.");
    }
    options.namespaces = { ...options.namespaces, net: false };
  } else if (said === false) {
    throw contradiction(
      'network',
      'namespaces.net: false',
      `'${type}' needs a network of its own.`,
    );
  }
}

function settleLoopback(options: CheckedOptions, given: Record<string, unknown>): void {
  const { type } = options.network;
  if (type === 'none') {
    if (given.loopback === true) {
      throw contradiction('network', 'loopback: true', "With 'none' the interface lo is down.");
    }
    options.loopback = false;
  }
  if (type === 'loopback' && given.loopback === false) {
    throw contradiction('network', 'loopback: false', "With 'loopback' the interface lo is up.");
  }
}

function contradiction(option: string, other: string, reason: string): SandboxError {
  return new SandboxError(`The option "${option}" and ${other} contradict each other`, {
    option,
    reason,
  });
}
