import fs from 'node:fs';
import { SystemError, type SystemErrorFacts } from '../errors/system-error';
import { binaryPath, callNative } from '../native/load';
import { AgentError } from './agent-error';
import { Channel, type Reply } from './channel';
import { type SystemCallName, systemCalls } from './constants/system-calls';
import type { Argument } from './memory';
import { openAgents } from './registry';
import { decodeWaitStatus, describeStatus, type WaitStatus } from './wait-status';
import { callRequest, long, OPERATIONS, request, words } from './wire';

/** As long as any call that a test would wait for; a call that never returns is a failed test. */
export const DEFAULT_TIME_LIMIT = 10_000;

/** How long to ask for the status of an agent whose channel has closed. It may not have ended at all. */
const REAP_LIMIT = 200;

const SIGKILL = 9;
const UNKNOWN: WaitStatus = { code: null, signal: null, core: false };
const SIGCHLD = 17;
const WNOHANG = 1;
const WALL = 0x4000_0000;

export interface CloneRequest {
  /** CLONE_* without those of threads. */
  flags: number | bigint;
  exitSignal?: number;
  setTid?: readonly number[];
  /** A descriptor of the cloning agent. */
  cgroup?: number;
  dieWithParent?: boolean;
}

export interface SpawnRequest {
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Descriptors of the agent; -1 keeps its own. */
  stdio: readonly [number, number, number];
  /** The agent itself becomes the program. */
  replace: boolean;
}

interface Birth {
  channel: Channel;
  pid: number;
  pidInParent: number;
  pidfd: number | undefined;
  parent: Core | undefined;
  timeLimit: number;
}

/** A call under way: the agent is in it, and the test goes on. */
export interface PendingCall {
  /** Whether the call has returned. */
  done(): boolean;
  /** Its result, waited for; throws as the call itself would. */
  result(): number;
}

/** How a child of this process ended; null if it has not, undefined if somebody else has reaped it. */
function waitForOwn(child: number): WaitStatus | null | undefined {
  try {
    const { pid, status } = callNative('waitpid', [child, WNOHANG]);
    return pid === 0 ? null : decodeWaitStatus(status);
  } catch (error) {
    if ((error as { code?: string }).code === 'ECHILD') return undefined;
    throw error;
  }
}

/** A millisecond, without a clock that the test may have faked. Nothing is known then. */
function pause(): boolean {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
  return false;
}

/**
 * A process of ns-agent and the channel to it: requests, time limit, birth and death. What can be asked
 * of it, by area, is built on `call`.
 */
export class Core {
  /** As this process sees it; 0 if it does not. */
  readonly pid: number;
  /** As its parent sees it. */
  readonly pidInParent: number;
  readonly parent: Core | undefined;
  /** A descriptor of this process; undefined where the kernel has none. */
  readonly pidfd: number | undefined;
  timeLimit: number;
  /** Agents that are there for this one alone, and end with it. */
  readonly companions: Core[] = [];

  private readonly channel: Channel;
  private readonly children = new Set<Core>();
  private busyWith: string | undefined;
  private open = true;
  private reaped: WaitStatus | undefined;

  private constructor({ channel, pid, pidInParent, pidfd, parent, timeLimit }: Birth) {
    this.channel = channel;
    this.pid = pid;
    this.pidInParent = pidInParent;
    this.pidfd = pidfd;
    this.parent = parent;
    this.timeLimit = timeLimit;
    // One without a parent is the starter, which no test has made.
    if (parent === undefined) return;
    parent.children.add(this);
    openAgents().add(this);
  }

  /** A child of this process. */
  static start(timeLimit = DEFAULT_TIME_LIMIT): Core {
    const path = binaryPath('ns-agent');
    const { pid, channel: descriptor } = callNative('agentStart', [path], { path });
    const channel = new Channel(descriptor);
    const hello = channel.receive(timeLimit);
    if (hello === 'late' || hello === 'ended') {
      channel.close();
      callNative('waitpid', [pid, 0]);
      throw new AgentError(`The agent ${path} did not start`, 'AGENT_ENDED', pid);
    }
    return new Core({
      ...{ channel, pid, pidInParent: pid, timeLimit },
      ...{ pidfd: undefined, parent: undefined },
    });
  }

  /** Whether requests can be made. */
  get alive(): boolean {
    return this.open;
  }

  /** How it ended, if it has and that is known. */
  get status(): WaitStatus | undefined {
    return this.reaped;
  }

  /**
   * A system call in the agent.
   *
   * @throws SystemError if the kernel refuses.
   */
  call(name: SystemCallName | number, args: readonly Argument[], facts?: SystemErrorFacts): number {
    return this.startCall(name, args, facts).result();
  }

  /** The same without waiting for its end. */
  startCall(
    name: SystemCallName | number,
    args: readonly Argument[],
    facts: SystemErrorFacts = {},
  ): PendingCall {
    const number = typeof name === 'number' ? name : systemCalls[name];
    if (number === undefined) {
      throw new TypeError(`Unknown system call "${name}" on linux-${process.arch}`);
    }
    const syscall = typeof name === 'number' ? `syscall ${name}` : name;
    const { bytes, update } = callRequest(number, args);
    this.send(syscall, bytes);
    let reply: Reply | undefined;
    return {
      done: () => {
        if (reply === undefined) {
          const received = this.channel.receive(0);
          if (received === 'ended') throw this.endedError(syscall);
          if (received !== 'late') reply = this.answered(received);
        }
        return reply !== undefined;
      },
      result: () => {
        reply ??= this.receive(syscall);
        if (reply.error !== 0) throw new SystemError({ errno: reply.error, syscall, facts });
        update(reply.rest);
        return Number(reply.value);
      },
    };
  }

  /** One of the operations that are not a system call. */
  operate(
    operation: keyof typeof OPERATIONS,
    syscall: string,
    body: Uint8Array[],
    {
      facts = {},
      descriptors = [] as number[],
    }: { facts?: SystemErrorFacts; descriptors?: number[] } = {},
  ): Reply {
    this.send(syscall, request(OPERATIONS[operation], ...body), descriptors);
    const reply = this.receive(syscall);
    if (reply.error !== 0) throw new SystemError({ errno: reply.error, syscall, facts });
    return reply;
  }

  /** A nested agent, its child. */
  clone({
    flags,
    exitSignal = SIGCHLD,
    setTid = [],
    cgroup = -1,
    dieWithParent = true,
  }: CloneRequest): Core {
    const body = [
      long(flags),
      words(exitSignal, cgroup, dieWithParent ? 1 : 0, setTid.length),
      words(...setTid, ...new Array<number>(32 - setTid.length).fill(0)),
    ];
    this.refuseIfUnable('clone3');
    const [ours, theirs] = callNative('agentChannel', []);
    const channel = new Channel(ours);
    let reply: Reply;
    let hello: ReturnType<Channel['receive']>;
    try {
      reply = this.operate('clone', 'clone3', body, { descriptors: [theirs] });
      hello = channel.receive(this.timeLimit);
    } catch (error) {
      channel.close();
      throw error;
    } finally {
      fs.closeSync(theirs);
    }
    const pid = typeof hello === 'object' ? hello.pid : 0;
    const child = new Core({
      ...{ channel, pid, pidInParent: Number(reply.value), pidfd: reply.descriptors[0] },
      ...{ parent: this, timeLimit: this.timeLimit },
    });
    if (typeof hello !== 'object') throw child.endedError('clone3');
    return child;
  }

  /** A program as a child, by its pid; or, to replace the agent, nothing: the agent has ended then. */
  spawn({ command, args, env, cwd, stdio, replace }: SpawnRequest): number {
    const argv = [command, ...args];
    const variables = Object.entries(env).filter(([, value]) => value !== undefined);
    const strings = [cwd, ...argv, ...variables.map(([name, value]) => `${name}=${value}`)];
    const body = [
      words(...stdio, replace ? 1 : 0, argv.length, variables.length),
      Buffer.from(`${strings.join('\0')}\0`),
    ];
    const facts = { path: command };
    if (!replace) return Number(this.operate('spawn', 'execve', body, { facts }).value);
    this.send('execve', request(OPERATIONS.spawn, ...body));
    const reply = this.channel.receive(this.timeLimit);
    if (typeof reply === 'object') {
      this.answered(reply);
      throw new SystemError({ errno: reply.error, syscall: 'execve', facts });
    }
    // The channel closed with the agent's program; the process lives on.
    this.busyWith = undefined;
    this.closeChannel();
    return this.pidInParent;
  }

  /**
   * Waits for a child of this agent, wait4(2); null if it has not ended and WNOHANG is asked for.
   * A child that is an agent is closed with it.
   */
  wait(pid: number, options = 0): { pid: number; status: WaitStatus } | null {
    const known = [...this.children].find((child) => child.pidInParent === pid);
    if (known?.reaped !== undefined) return { pid, status: known.reaped };
    const status = Buffer.alloc(4);
    const ended = this.call('wait4', [pid, status, options | WALL, null], { pid });
    if (ended === 0) return null;
    const decoded = decodeWaitStatus(status.readInt32LE());
    const child = [...this.children].find((each) => each.pidInParent === ended);
    if (decoded.stopped === undefined && decoded.continued === undefined) child?.close(decoded);
    return { pid: ended, status: decoded };
  }

  kill(signal: number): void {
    if (this.pidfd !== undefined) callNative('pidfdSendSignal', [this.pidfd, signal]);
    else if (this.reaped === undefined) process.kill(this.pid, signal);
  }

  /**
   * Kills and reaps it, and the agents that it made, innermost first. Nothing happens if it has
   * ended already.
   */
  end(): void {
    for (const child of this.children) child.end();
    if (this.reaped !== undefined) return;
    try {
      this.kill(SIGKILL);
    } catch (error) {
      // ESRCH: it has ended, and somebody else has reaped it.
      if ((error as { code?: string }).code !== 'ESRCH') throw error;
    }
    this.closeChannel();
    this.reapWithin(this.timeLimit);
    this.close(this.reaped);
  }

  /**
   * Ends it by exit_group(2) of its own, and reaps it. The agents that it made live on, if they were
   * made to.
   */
  exit(code: number): WaitStatus {
    this.startCall('exit_group', [code]);
    const reply = this.channel.receive(this.timeLimit);
    this.closeChannel();
    if (reply !== 'ended') this.end();
    else this.reapWithin(this.timeLimit);
    this.close(this.reaped);
    return this.reaped as unknown as WaitStatus;
  }

  /** Waits so many milliseconds for its end, and learns how it ended if somebody can be asked. */
  private reapWithin(milliseconds: number): void {
    for (let waited = 0; waited < milliseconds; waited += 1) {
      const asked = this.reapNow();
      if (this.reaped !== undefined) return;
      // Readable: it has ended. pidfd_open(2)
      const ended =
        this.pidfd === undefined ? pause() : callNative('pollReadable', [this.pidfd, 1]);
      if (ended && !asked) return;
      // A PID namespace's init waits for all inside, also for those whose parents, outside, have
      // yet to reap them. pid_namespaces(7)
      if (waited > 10) for (const other of openAgents()) (other as Core).reapNow();
    }
  }

  /** Reaps it if it has ended. False if there is nobody to ask, now or ever. */
  private reapNow(): boolean {
    if (this.reaped !== undefined) return true;
    const status =
      this.parent === undefined ? waitForOwn(this.pid) : this.parent.waitQuietly(this.pidInParent);
    if (status) this.close(status);
    return status !== undefined;
  }

  /**
   * How a child ended; null if it has not. Undefined if this agent cannot tell: it has ended itself, is
   * in another call, or the test has waited for the child by a call of its own.
   */
  private waitQuietly(pid: number): WaitStatus | null | undefined {
    if (!this.open || this.busyWith !== undefined) return undefined;
    const status = Buffer.alloc(4);
    const { bytes, update } = callRequest(systemCalls.wait4 as number, [
      ...[pid, status, WNOHANG | WALL, null],
    ]);
    try {
      this.channel.send(bytes);
    } catch (error) {
      if ((error as { code?: string }).code === 'EPIPE') return undefined;
      throw error;
    }
    const reply = this.channel.receive(this.timeLimit);
    if (typeof reply !== 'object' || reply.error !== 0) return undefined;
    update(reply.rest);
    return reply.value === 0n ? null : decodeWaitStatus(status.readInt32LE());
  }

  private closeChannel(): void {
    this.open = false;
    this.channel.close();
  }

  private close(status: WaitStatus | undefined): void {
    this.closeChannel();
    if (this.reaped === undefined && this.pidfd !== undefined) fs.closeSync(this.pidfd);
    this.reaped ??= status ?? UNKNOWN;
    this.parent?.children.delete(this);
    openAgents().delete(this);
    for (const companion of this.companions.splice(0)) companion.end();
  }

  private refuseIfUnable(what: string): void {
    if (!this.open) throw this.endedError(what);
    if (this.busyWith !== undefined) {
      throw new AgentError(
        `Agent ${this.pid} is still in ${this.busyWith}, so it cannot do ${what}: take that call's result first`,
        'AGENT_BUSY',
        this.pid,
      );
    }
  }

  private send(what: string, bytes: Buffer, descriptors: number[] = []): void {
    this.refuseIfUnable(what);
    try {
      this.channel.send(bytes, descriptors);
    } catch (error) {
      if ((error as { code?: string }).code === 'EPIPE') throw this.endedError(what);
      throw error;
    }
    this.busyWith = what;
  }

  private receive(what: string): Reply {
    const reply = this.channel.receive(this.timeLimit);
    if (reply === 'ended') throw this.endedError(what);
    if (reply === 'late') {
      this.end();
      throw new AgentError(
        `Agent ${this.pid} did not return from ${what} within ${this.timeLimit} ms, so it was killed. ` +
          'A call that may block belongs in startCall, or takes a larger timeLimit',
        'AGENT_TIMEOUT',
        this.pid,
      );
    }
    return this.answered(reply);
  }

  private answered(reply: Reply): Reply {
    this.busyWith = undefined;
    return reply;
  }

  private endedError(during: string): AgentError {
    this.closeChannel();
    // Its end of the channel closes a moment before it can be reaped.
    this.reapWithin(REAP_LIMIT);
    const status = this.reaped;
    const how = status === undefined ? 'has ended' : describeStatus(status);
    return new AgentError(
      `Agent ${this.pid} ${how}, so it cannot do ${during}`,
      'AGENT_ENDED',
      this.pid,
      status,
    );
  }
}
