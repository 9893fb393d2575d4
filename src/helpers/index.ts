import type { Agent } from '../agents/agent';
import type { AgentOptions } from '../agents/options';
import type { FeatureName, Gate } from '../needs';
import { addresses } from './addresses';
import { domainname } from './domainname';
import { enter } from './enter';
import { hostname } from './hostname';
import { interfaces } from './interfaces';
import { ipcLimits } from './ipc-limits';
import { messageQueues } from './message-queues';
import { mounts } from './mounts';
import { namespaces } from './namespaces';
import { neighbours } from './neighbours';
import { posixQueues } from './posix-queues';
import { processes } from './processes';
import { routes } from './routes';
import { run } from './run';
import { sandbox } from './sandbox';
import { semaphores } from './semaphores';
import { sharedMemory } from './shared-memory';
import { sysctl } from './sysctl';
import { traces } from './traces';

export type * from '../agents/types';
export type { FeatureName, Gate, GatedDescribe, GatedTest } from '../needs';
export type { Trace, TraceKind } from '../traces/kinds';
export type { Address, AddressRequest } from './addresses';
export type { EnterTarget, Entrance } from './enter';
export type { IdMaps } from './id-maps';
export type { Interface } from './interfaces';
export type { IpcLimits } from './ipc-limits';
export type { InterfaceCommon, InterfaceKind, InterfaceRequest, VethPeer } from './link-kinds';
export type {
  MessageQueue,
  MessageToSend,
  ReceivedMessage,
  ReceiveOptions,
} from './message-queues';
export type { MountRequest } from './mounts';
export type { NamespaceEntry } from './namespace-list';
export type { NamespaceReference } from './namespace-reference';
export type { Namespace, NamespaceToOpen } from './namespace-value';
export type { Neighbour, NeighbourRequest } from './neighbours';
export type { Mount, MountPropagation } from './parse-mountinfo';
export type {
  PosixMessageToSend,
  PosixQueue,
  PosixQueueAttributes,
  PosixQueueCreateOptions,
  PosixQueueNotification,
  ReceivedPosixMessage,
} from './posix-queues';
export type { Process } from './processes';
export type { NextHop, Route, RouteListOptions, RouteRequest } from './routes';
export type { Family } from './rtnetlink-names';
export type { RunOptions, RunResult } from './run';
export type { NestedSandbox, NestedSandboxEnd, NestedSandboxOptions } from './sandbox';
export type {
  SemaphoreCreateOptions,
  SemaphoreOperation,
  SemaphoreSet,
  SemaphoreState,
} from './semaphores';
export type { SharedMemoryCreateOptions, SharedMemorySegment } from './shared-memory';
export type { SystemVCreateOptions, SystemVOpenOptions } from './system-v';

/** This sandbox, read and changed from inside. Everything but `run`, `enter` and `sandbox` is synchronous. */
export const ns = {
  namespaces,
  hostname,
  domainname,
  processes,
  messageQueues,
  semaphores,
  sharedMemory,
  posixQueues,
  ipcLimits,
  mounts,
  interfaces,
  addresses,
  routes,
  neighbours,
  sysctl,
  traces,
  run,
  enter,
  sandbox,
  /**
   * A new agent: a single-threaded process that the test drives, call by call. See docs/agents.md.
   *
   * @throws TypeError if an option cannot be right.
   * @throws SystemError if the kernel refuses a namespace, a map or whatever else is asked for.
   */
  agent: (options: AgentOptions = {}): Agent => agents().agent(options),
  /**
   * Tests that need something of the machine: skipped, with the reason in their names, if a probe fails.
   * See docs/agents.md.
   *
   * @throws TypeError if there is no feature of that name.
   */
  needs: (...names: FeatureName[]): Gate =>
    (require('../needs') as typeof import('../needs')).needs(...names),
  /** The kernel's numbers by name, in tables of one kind each: `ns.constants.MS.MS_BIND`. */
  get constants() {
    return agents().constants;
  },
  /** A structure of C, for memory that a system call reads or writes. */
  get struct() {
    return agents().struct;
  },
  /** Memory with pointers in it, for a system call. */
  get Memory() {
    return agents().Memory;
  },
};

// Required when they are first used: most test files have no use for them.
function agents() {
  return require('../agents') as typeof import('../agents');
}
