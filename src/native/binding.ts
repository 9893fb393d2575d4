/**
 * The addon's whole surface: each function is one kernel operation, with the system call's own order
 * of arguments and its own numbers. The same list in C++: addon/exports.cc.
 */
export interface Binding {
  // addon/hostname.cc
  sethostname(name: string): void;
  setdomainname(name: string): void;
  getdomainname(): string;

  // addon/mounts.cc
  mount(
    source: string | null,
    target: string,
    type: string | null,
    flags: number,
    data: string | null,
  ): void;
  umount2(target: string, flags: number): void;

  // addon/namespaces.cc: descriptors of namespaces in, a descriptor or a number out
  nsGetUserns(fd: number): number;
  nsGetParent(fd: number): number;
  nsGetType(fd: number): number;
  nsGetOwnerUid(fd: number): number;
  netnsId(fd: number): number | null;

  // addon/sysv_ipc.cc
  msgget(key: number, flags: number): number;
  msgctlRemove(id: number): void;
  msgsnd(id: number, type: number, data: Uint8Array, flags: number): void;
  msgrcv(id: number, type: number, maxBytes: number, flags: number): { type: number; data: Buffer };
  semget(key: number, count: number, flags: number): number;
  semctlRemove(id: number): void;
  semctlGetValue(id: number, index: number): number;
  semctlSetValue(id: number, index: number, value: number): void;
  semctlStates(
    id: number,
    index: number,
  ): { value: number; pid: number; waitingForIncrease: number; waitingForZero: number };
  semop(id: number, operations: Array<{ index: number; by: number; flags: number }>): void;
  shmget(key: number, size: number, flags: number): number;
  shmctlRemove(id: number): void;
  shmRead(id: number, offset: number, length: number): Buffer;
  shmWrite(id: number, offset: number, data: Uint8Array): void;

  // addon/posix_mq.cc; waits in milliseconds
  mqOpen(
    name: string,
    flags: number,
    mode: number,
    maxMessages: number | null,
    messageSize: number | null,
  ): void;
  mqUnlink(name: string): void;
  mqSend(name: string, data: Uint8Array, priority: number, wait: number): void;
  mqReceive(name: string, wait: number): { data: Buffer; priority: number };
  mqAttributes(name: string): { maxMessages: number; messageSize: number; messages: number };
  mqDevice(probeName: string): number;
  mqNotify(name: string): { queue: number; socket: number };
  mqNotified(socket: number, wait: number): boolean;

  // addon/netlink.cc
  interfaceIndex(name: string): number;
  dumpLinks(): NetlinkLink[];
  setLink(index: number, wanted: { up?: boolean; mtu?: number }): void;
  dumpAddresses(): NetlinkAddress[];
  addAddress(address: NetlinkAddressChange): void;
  removeAddress(address: NetlinkAddressChange): void;
  dumpRoutes(family: number): NetlinkRoute[];
  addRoute(route: NetlinkRouteChange): void;
  removeRoute(route: NetlinkRouteChange): void;
  routeRequest(type: number, name: string, flags: number, body: Uint8Array): Buffer[];

  // addon/tun.cc
  tunCreate(name: string, mode: number): void;

  // addon/agents.cc
  /** Runs the program with one end of a new channel as its descriptor 3. */
  agentStart(path: string): { pid: number; channel: number };
  agentChannel(): [ours: number, theirs: number];
  agentSend(channel: number, bytes: Uint8Array, descriptors: number[]): void;
  /** null if nothing came within so many milliseconds; `pid` is the sender's, 0 at the end of the channel. */
  agentReceive(
    channel: number,
    timeout: number,
  ): { bytes: Buffer; descriptors: number[]; pid: number } | null;
  /** Whether the descriptor is readable within so many milliseconds. */
  pollReadable(descriptor: number, timeout: number): boolean;
  pidfdSendSignal(pidfd: number, signal: number): void;
  waitpid(pid: number, options: number): { pid: number; status: number };

  // addon/descriptors.cc
  /** Of a descriptor that was opened here: Node warns of those that it has not opened itself, in threads. */
  close(descriptor: number): void;

  // addon/fork/start.cc
  /**
   * In a new fork server: lets it end with its parent, and closes what it has inherited by chance.
   *
   * @param channel A socket whose other end is the parent's.
   */
  copyStart(channel: number): void;

  // addon/spawn.cc
  /** Both ends of a pair of unix sockets of this type, close-on-exec. */
  socketpair(type: number): number[];
  /** The child's descriptors from 0 on; null is /dev/null. Returns its pid. */
  posixSpawn(path: string, argv: string[], env: string[], descriptors: (number | null)[]): number;

  // addon/fork/server.cc: the fork server and its copies
  /** Lets this process be copied. Once, when it is warm. */
  copyPrepare(): void;
  /** Waits until a copy is asked for: true. False: nobody is left who could. */
  copyAwait(socket: number): boolean;
  /** Takes the request, and makes a copy: undefined. In the copy: what it is. Null: nobody is left to ask. */
  copyServe(socket: number): { channel: number; pid: number } | undefined | null;
  /** In a copy, when its file has run: tells later ones which pages it wrote. */
  copyTell(): void;
  /** In a copy: hands this back to the fork server and to other copies. Whether there was room for it. */
  copyHandBack(bytes: Uint8Array): boolean;
  /** What was handed back first of all that was not taken yet, here or in the fork server before it was copied. */
  copyTakeBack(): Buffer | undefined;
  /** In the fork server: how many threads of ours do what V8 wants done beside what runs. */
  copyThreads(): number;
  /**
   * Makes a copy that is no test process, and dies with this one: its pid. Undefined: this is the copy.
   *
   * @throws SystemError when there can be none.
   */
  copyOnHost(): number | undefined;
  /**
   * Waits for the end of such a copy: its wait status, or null if that took longer than `limit`
   * milliseconds, and it was killed.
   */
  copyEnd(pid: number, limit: number): number | null;
  /** In a copy: what /proc/self/cmdline and environ show, as far as this kernel lets it be said. */
  copyShowAs(argv: string[], environment: string[]): void;
  /** _exit(2), after stdio was flushed. */
  exitAtOnce(code: number): never;
}

/** struct ifinfomsg and its attributes; rtnetlink(7). */
export interface NetlinkLink {
  index: number;
  name: string;
  type: number;
  flags: number;
  mtu: number;
  /** Indexes of the bridge or bond it is a port of, and of what it lies on or is paired with; 0 for none. */
  master: number;
  lower: number;
  /** The net namespace of `lower`, if that is another one. */
  lowerNetnsId?: number;
  altnames: string[];
  kind?: string;
  address?: string;
}

/** struct ifaddrmsg and its attributes; rtnetlink(7). */
export interface NetlinkAddress {
  interfaceIndex: number;
  family: number;
  address: string;
  prefixLength: number;
  scope: number;
}

export interface NetlinkAddressChange {
  interfaceIndex: number;
  family: number;
  address: string;
  prefixLength: number;
  flags: number;
}

/** struct rtmsg and its attributes; interface index 0 means none. rtnetlink(7) */
export interface NetlinkRoute {
  family: number;
  destination?: string;
  prefixLength: number;
  gateway?: string;
  source?: string;
  interfaceIndex: number;
  metric: number;
  table: number;
  type: number;
  scope: number;
  protocol: number;
  nextHops: Array<{ gateway?: string; interfaceIndex: number; weight: number }>;
}

export interface NetlinkRouteChange {
  family: number;
  destination: string | null;
  prefixLength: number;
  gateway: string | null;
  interfaceIndex: number | null;
  metric: number | null;
  table: number;
  type: number;
  scope: number;
  protocol: number;
}
