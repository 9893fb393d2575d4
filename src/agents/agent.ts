import fs from 'node:fs';
import type { SystemErrorFacts } from '../errors/system-error';
import { ASYNC_DISPOSE, DISPOSE } from '../helpers/dispose';
import type { NamespaceName } from '../namespaces';
import type { WaitStatus } from '../text/wait-status';
import { AgentMemory } from './agent-memory';
import { bear } from './birth';
import { AgentCgroup } from './cgroup';
import type { SystemCallName } from './constants/system-calls';
import type { PendingCall } from './conversation';
import type { Core } from './core';
import { AgentFiles } from './files';
import { AgentIpc } from './ipc';
import type { Argument } from './memory';
import { AgentMounts } from './mounts';
import { AgentMq } from './mq';
import { AgentNamespaceRequests, AgentNamespaces } from './namespaces';
import { AgentNetwork } from './network';
import { type AgentOptions, checkAgentOptions, checkNamespaces, namespaceFlags } from './options';
import { AgentPidfd } from './pidfd';
import {
  type ProgramOptions,
  type ProgramResult,
  runProgram,
  type StartOptions,
  startProgram,
} from './programs';
import { AgentSignals, type SignalName, signalNumber } from './signals';
import { AgentTime } from './time';
import { AgentUser, type IdTriple } from './user';
import { AgentUts } from './uts';
import { type CloneRequest, MAX_DESCRIPTORS, words } from './wire';

export interface ProcessIds {
  pid: number;
  ppid: number;
  /** The process group. */
  pgid: number;
  /** The session. */
  sid: number;
  uid: IdTriple;
  gid: IdTriple;
}

/** What a process is named by: an agent, or a pid as the called agent sees it. */
export type Child = number | Agent;

/**
 * A single-threaded process that does what the test tells it, call by call. It begins as a copy of its
 * maker, with the test process's namespaces, ids and working directory, and is killed at the latest when
 * the test has ended, or the file for those that were made outside of a test.
 */
export class Agent {
  readonly fs: AgentFiles;
  readonly user: AgentUser;
  readonly namespaces: AgentNamespaces;
  /** The requests of ioctl_ns(2) on a descriptor of a namespace. */
  readonly ioctl: AgentNamespaceRequests;
  readonly uts: AgentUts;
  readonly mounts: AgentMounts;
  readonly signals: AgentSignals;
  readonly pidfd: AgentPidfd;
  readonly memory: AgentMemory;
  readonly ipc: AgentIpc;
  readonly mq: AgentMq;
  readonly network: AgentNetwork;
  readonly time: AgentTime;
  readonly cgroup: AgentCgroup;

  constructor(private readonly core: Core) {
    this.fs = new AgentFiles(core);
    this.user = new AgentUser(core, this.fs);
    this.namespaces = new AgentNamespaces(core, this.fs);
    this.ioctl = new AgentNamespaceRequests(core);
    this.uts = new AgentUts(core);
    this.mounts = new AgentMounts(core, this.fs);
    this.signals = new AgentSignals(core);
    this.pidfd = new AgentPidfd(core, this.fs);
    this.memory = new AgentMemory(core);
    this.ipc = new AgentIpc(core);
    this.mq = new AgentMq(core);
    this.network = new AgentNetwork(core, this);
    this.time = new AgentTime(core, this.fs);
    this.cgroup = new AgentCgroup(this.fs);
  }

  /** As the test process sees it. Inside: `ids().pid`. */
  get pid(): number {
    return this.core.pid;
  }

  /** As the agent sees it that made this one. */
  get pidInParent(): number {
    return this.core.pidInParent;
  }

  /** Whether it can be called. */
  get alive(): boolean {
    return this.core.alive;
  }

  /** How it ended; undefined while it lives. */
  get status(): WaitStatus | undefined {
    return this.core.status;
  }

  /** Milliseconds that one call may take; then the agent is killed. */
  get timeLimit(): number {
    return this.core.timeLimit;
  }

  set timeLimit(milliseconds: number) {
    this.core.timeLimit = milliseconds;
  }

  /**
   * Any system call. Text is passed as a C string, bytes and `ns.Memory` by address; what the kernel
   * wrote into them is there afterwards.
   *
   * @throws SystemError if the kernel refuses; AgentError if the agent has ended or does not return.
   */
  syscall(name: SystemCallName | number, ...args: Argument[]): number {
    return this.core.call(name, args, factsOf(args));
  }

  /** The same for a call that blocks: `result()` waits for it. Meanwhile the agent takes no other. */
  startSyscall(name: SystemCallName | number, ...args: Argument[]): PendingCall {
    return this.core.startCall(name, args, factsOf(args));
  }

  /** A nested agent: its child, with fresh namespaces or a place in others if the options say so. */
  clone(options: AgentOptions = {}): Agent {
    return bear(this, checkAgentOptions(options));
  }

  /** A plain child. */
  fork(): Agent {
    return this.clone();
  }

  /** @internal clone3(2) alone. */
  cloneCore(request: CloneRequest): Agent {
    return new Agent(this.core.clone(request));
  }

  /** @internal Ends that agent, which is there for this one alone, together with it. */
  takeAlong(companion: Agent): this {
    this.core.companions.push(companion.core);
    return this;
  }

  /** unshare(2), all at once, or by raw CLONE_* flags. Writes no id maps. */
  unshare(namespaces: readonly NamespaceName[] | number): void {
    if (typeof namespaces !== 'number') checkNamespaces('unshare', namespaces);
    const flags = typeof namespaces === 'number' ? namespaces : namespaceFlags(namespaces);
    this.core.call('unshare', [flags], { flags: `0x${flags.toString(16)}` });
  }

  /**
   * Enters a namespace by a descriptor of the agent, or several of a process by its pidfd. setns(2)
   *
   * @param namespaces by name, or raw flags; 0, the default, is any that the descriptor is of.
   */
  setns(fd: number, namespaces: readonly NamespaceName[] | number = 0): void {
    const flags = typeof namespaces === 'number' ? namespaces : namespaceFlags(namespaces);
    this.core.call('setns', [fd, flags], { fd });
  }

  ids(): ProcessIds {
    return {
      pid: this.core.call('getpid', []),
      ppid: this.core.call('getppid', []),
      pgid: this.core.call('getpgid', [0]),
      sid: this.core.call('getsid', [0]),
      uid: this.user.uids(),
      gid: this.user.gids(),
    };
  }

  /** Its pids, from the PID namespace of its /proc down to its own. proc_pid_status(5) */
  nspid(): number[] {
    const line = /^NSpid:\s*(.*)$/m.exec(this.fs.readFile('/proc/self/status'))?.[1] ?? '';
    return line.split(/\s+/).map(Number);
  }

  /**
   * A second thread of the agent, which does nothing; returns its id. Some calls are refused to a process
   * that has threads, and others change the calling thread alone: unshare(2), setns(2).
   */
  startThread(): number {
    return Number(this.core.operate('startThread', 'clone', []).value);
  }

  setsid(): number {
    return this.core.call('setsid', []);
  }

  setpgid(pid = 0, group = 0): void {
    this.core.call('setpgid', [pid, group], { pid });
  }

  prctl(operation: number, ...args: Argument[]): number {
    return this.core.call('prctl', [operation, ...args, 0, 0, 0, 0].slice(0, 5) as Argument[]);
  }

  /** Sends a signal to a process, or for negative ids to a group, as the agent numbers them. kill(2) */
  kill(pid: Child, signal: SignalName | number = 'SIGTERM'): void {
    const target = pid instanceof Agent ? pid.pidInParent : pid;
    this.core.call('kill', [target, signalNumber(signal)], { pid: target });
  }

  /**
   * Waits until a child has ended, and tells how. wait4(2)
   *
   * @param options untraced and continued: also when it is stopped, or goes on.
   * @throws SystemError ECHILD if it is not a child, or has been waited for.
   */
  wait(child: Child = -1, { untraced = false, continued = false } = {}): WaitStatus {
    const options = (untraced ? 2 : 0) | (continued ? 8 : 0);
    // Without WNOHANG there is always one.
    return this.waitFor(child, options) as WaitStatus;
  }

  /** The same without blocking: null if it has not ended. */
  poll(child: Child = -1): WaitStatus | null {
    return this.waitFor(child, 1);
  }

  /**
   * Runs a program in the agent's place in the world, to its end.
   *
   * @throws SystemError if it cannot be executed.
   */
  run(command: string, args: readonly string[] = [], options: ProgramOptions = {}): ProgramResult {
    return runProgram(this, this.core, command, args, options);
  }

  /** Starts a program and returns its pid, for `wait`. Its output goes where the agent's does. */
  spawn(command: string, args: readonly string[] = [], options: StartOptions = {}): number {
    return startProgram(this.core, command, args, options);
  }

  /** Becomes the program: the process lives on, as an agent it has ended. execve(2) */
  exec(command: string, args: readonly string[] = [], options: StartOptions = {}): void {
    startProgram(this.core, command, args, options, true);
  }

  /** A copy of one of its descriptors in another agent, by the number that it has there; closes it here. */
  passDescriptor(fd: number, to: Agent, { keep = false } = {}): number {
    const own = this.sendDescriptor(fd);
    try {
      if (!keep) this.fs.close(fd);
      return to.receiveDescriptor(own);
    } finally {
      fs.closeSync(own);
    }
  }

  /** A copy of one of its descriptors in the test process, which has to close it. SCM_RIGHTS */
  sendDescriptor(fd: number): number {
    const body = words(1, fd, ...new Array<number>(MAX_DESCRIPTORS - 1).fill(0));
    const reply = this.core.operate('sendDescriptors', 'sendmsg', [body], { facts: { fd } });
    return reply.descriptors[0] as number;
  }

  /** A copy of a descriptor of the test process in the agent, by the number that it has there. */
  receiveDescriptor(fd: number): number {
    const { rest } = this.core.operate('keepDescriptors', 'recvmsg', [], { descriptors: [fd] });
    return rest.readInt32LE(0);
  }

  /**
   * Restarts the PID namespace that the agent is in, which kills its init; never the machine, and not
   * the namespace of the test. reboot(2)
   */
  reboot(command: number): void {
    if (`pid:[${this.namespaces.id('pid')}]` === fs.readlinkSync('/proc/self/ns/pid')) {
      throw new Error(
        'reboot is for an agent in a PID namespace of its own, and this one is in that of the test',
      );
    }
    this.core.call('reboot', [0xfee1dead, 0x28121969, command, null]);
  }

  /** exit_group(2). Agents that it made with dieWithParent: false live on. */
  exit(code = 0): WaitStatus {
    return this.core.exit(code);
  }

  /** Kills it and every agent that it made, and waits until they are gone. May be called again. */
  end(): void {
    this.core.end();
  }

  [DISPOSE](): void {
    this.end();
  }

  async [ASYNC_DISPOSE](): Promise<void> {
    this.end();
  }

  private waitFor(child: Child, options: number): WaitStatus | null {
    const pid = child instanceof Agent ? child.pidInParent : child;
    return this.core.wait(pid, options)?.status ?? null;
  }
}

/** The path that a call is about, to be told if it fails. */
function factsOf(args: readonly Argument[]): SystemErrorFacts {
  const path = args.find((arg) => typeof arg === 'string' && arg.startsWith('/'));
  return typeof path === 'string' ? { path } : {};
}
