import type {
  Address,
  Interface,
  Mount,
  NamespaceEntry,
  Neighbour,
  PosixQueue,
  Process,
  Route,
  Trace,
} from '../helpers';
import type { NamespaceIds, NamespaceName } from '../namespaces';

/**
 * What the matchers read of `ns`, and no more. A matcher reads its subject, so these types are all that
 * it takes from the helpers: nothing here loads one, and a test can hand over recorded lists.
 */
export interface Facts {
  namespaces: List<NamespaceFacts> & {
    ids(pid?: number): NamespaceIds;
    hostIds(): NamespaceIds;
    asked(): NamespaceName[];
  };
  hostname: { get(): string };
  domainname: { get(): string };
  processes: List<ProcessFacts>;
  mounts: List<MountFacts>;
  interfaces: List<InterfaceFacts>;
  addresses: List<AddressFacts>;
  routes: List<RouteFacts>;
  neighbours: List<Neighbour>;
  sysctl: { get(name: string): string };
  messageQueues: List<IpcFacts>;
  semaphores: List<IpcFacts>;
  sharedMemory: List<IpcFacts>;
  posixQueues: List<PosixQueueFacts>;
  traces: List<Trace>;
}

interface List<Item> {
  list(): Item[];
}

export type ProcessFacts = Pick<Process, 'pid' | 'ppid' | 'name' | 'command' | 'state'>;
export type MountFacts = Omit<Mount, 'device' | 'propagation'>;
export type InterfaceFacts = Pick<
  Interface,
  'name' | 'state' | 'mtu' | 'kind' | 'address' | 'master' | 'link'
>;
export type NamespaceFacts = Pick<
  NamespaceEntry,
  'type' | 'inode' | 'processes' | 'pid' | 'command' | 'owner' | 'uid' | 'paths'
>;
export type AddressFacts = Address;
export type RouteFacts = Omit<Route, 'table' | 'scope' | 'protocol' | 'source'>;
export type IpcFacts = { id: number; key: number };
export type PosixQueueFacts = Pick<PosixQueue, 'name'>;

const ROOMS: readonly (keyof Facts)[] = [
  'namespaces',
  'hostname',
  'domainname',
  'processes',
  'mounts',
  'interfaces',
  'addresses',
  'routes',
  'neighbours',
  'sysctl',
  'messageQueues',
  'semaphores',
  'sharedMemory',
  'posixQueues',
  'traces',
];

/**
 * Whether the subject is `ns`. By shape, not by identity: after jest.resetModules() a test holds
 * another copy of it. With `in`, because reading a room may load the addon.
 */
export function isFacts(subject: unknown): subject is Facts {
  return typeof subject === 'object' && subject !== null && ROOMS.every((room) => room in subject);
}
