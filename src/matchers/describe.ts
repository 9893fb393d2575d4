import type { Neighbour } from '../helpers';
import type {
  AddressFacts,
  InterfaceFacts,
  IpcFacts,
  MountFacts,
  NamespaceFacts,
  PosixQueueFacts,
  ProcessFacts,
  RouteFacts,
} from './facts';

// One line for each thing a sandbox has, in the words of ps, mount, ip and ipcs where they have some.

export function describeProcess({ pid, ppid, name, command, state }: ProcessFacts): string {
  return `pid ${pid} (parent ${ppid}, ${state}) ${name}: ${command}`;
}

export function describeMount(mount: MountFacts & { hidden?: boolean }): string {
  const { source, root, target, type, options, superOptions, hidden } = mount;
  // As findmnt(8) shows a mount of a part of a file system: source[/part].
  const part = root === '/' ? '' : `[${root}]`;
  const flags = `(${options.join(',')}), super (${superOptions.join(',')})`;
  return `${source}${part} on ${target} type ${type} ${flags}${hidden ? ', hidden' : ''}`;
}

export function describeInterface(item: InterfaceFacts): string {
  const { name, state, mtu, kind, master } = item;
  return [
    `${name} ${state} mtu ${mtu}`,
    ...(kind === undefined ? [] : [kind]),
    ...(master === undefined ? [] : [`master ${master}`]),
  ].join(' ');
}

export function describeAddress(item: AddressFacts): string {
  return `${item.address}/${item.prefixLength} dev ${item.interface} scope ${item.scope}`;
}

export function describeRoute(route: RouteFacts): string {
  const parts = [
    route.type === 'unicast' ? '' : route.type,
    route.family === 'inet6' && route.destination === 'default' ? 'inet6' : '',
    route.destination,
    way(route),
    route.metric === undefined ? '' : `metric ${route.metric}`,
    ...(route.nextHops ?? []).map((hop) => `nexthop ${way(hop)} weight ${hop.weight}`),
  ];
  return parts.filter((part) => part !== '').join(' ');
}

/** Where packets go next. */
function way({ gateway, interface: name }: Pick<RouteFacts, 'gateway' | 'interface'>): string {
  const via = gateway === undefined ? [] : [`via ${gateway}`];
  return [...via, ...(name === undefined ? [] : [`dev ${name}`])].join(' ');
}

export function describeIpc({ id, key }: IpcFacts): string {
  // As a failed pattern is printed, and as ipcs(1) shows it.
  return `id ${id} key ${key} (0x${key.toString(16).padStart(8, '0')})`;
}

export function describePosixQueue({ name }: PosixQueueFacts): string {
  return name;
}

export function describeNeighbour(item: Neighbour): string {
  const { address, interface: name, linkAddress, state } = item;
  const at = linkAddress === undefined ? '' : ` lladdr ${linkAddress}`;
  return `${address} dev ${name}${at} ${state}`;
}

export function describeNamespace(item: NamespaceFacts): string {
  const { type, inode, processes, pid, command, paths } = item;
  return [
    `${type} ${inode} processes ${processes}`,
    ...(pid === undefined ? [] : [`pid ${pid}`]),
    ...(command === undefined ? [] : [command]),
    ...paths.map((path) => `at ${path}`),
  ].join(' ');
}
