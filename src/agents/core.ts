import fs from 'node:fs';
import { SystemError } from '../errors/system-error';
import { binaryPath, callNative } from '../native/load';
import { decodeWaitStatus, describeStatus, type WaitStatus } from '../text/wait-status';
import { AgentError } from './agent-error';
import { Channel, type Reply } from './channel';
import { systemCalls } from './constants/system-calls';
import { Conversation } from './conversation';
import { openAgents, reapEnded } from './registry';
import {
  type CloneRequest,
  callRequest,
  cloneBody,
  OPERATIONS,
  request,
  type SpawnRequest,
  spawnBody,
} from './wire';

/** As long as any call that a test would wait for; a call that never returns is a failed test. */
export const DEFAULT_TIME_LIMIT = 10_000;

/** How long to ask for the status of an agent whose channel has closed. It may not have ended at all. */
const REAP_LIMIT = 200;

/** How long to wait for a parent that is asked about its child, and may be stopped. */
const ASK_LIMIT = 1000;

const SIGKILL = 9;
const UNKNOWN: WaitStatus = { code: null, signal: null, core: false };
const WNOHANG = 1;
const WALL = 0x4000_0000;

interface Birth {
  channel: Channel;
  pid: number;
  pidInParent: number;
  pidfd: number | undefined;
  parent: Core | undefined;
  timeLimit: number;
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
export class Core extends Conversation {
  /** As this process sees it; 0 if it does not. */
  readonly pid: number;
  /** As its parent sees it. */
  readonly pidInParent: number;
  readonly parent: Core | undefined;
  /** A descriptor of this process; undefined where the kernel has none. */
  readonly pidfd: number | undefined;
  /** Agents that are there for this one alone, and end with it. */
  readonly companions: Core[] = [];

  private readonly children = new Set<Core>();
  private reaped: WaitStatus | undefined;

  private constructor({ channel, pid, pidInParent, pidfd, parent, timeLimit }: Birth) {
    super(channel, timeLimit);
    this.pid = pid;
    this.pidInParent = pidInParent;
    this.pidfd = pidfd;
    this.parent = parent;
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
      process.kill(pid, 'SIGKILL');
      callNative('waitpid', [pid, 0]);
      throw new AgentError(`The agent ${path} did not start`, 'AGENT_ENDED', pid);
    }
    return new Core({
      ...{ channel, pid, pidInParent: pid, timeLimit },
      ...{ pidfd: undefined, parent: undefined },
    });
  }

  /** How it ended, if it has and that is known. */
  get status(): WaitStatus | undefined {
    return this.reaped;
  }

  /** A nested agent, its child. */
  clone(wanted: CloneRequest): Core {
    this.refuseIfUnable('clone3');
    const [ours, theirs] = callNative('agentChannel', []);
    const channel = new Channel(ours);
    let reply: Reply;
    let hello: ReturnType<Channel['receive']>;
    try {
      reply = this.operate('clone', 'clone3', cloneBody(wanted), { descriptors: [theirs] });
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
  spawn(wanted: SpawnRequest): number {
    const body = spawnBody(wanted);
    const facts = { path: wanted.command };
    if (!wanted.replace) return Number(this.operate('spawn', 'execve', body, { facts }).value);
    this.send('execve', request(OPERATIONS.spawn, ...body));
    const reply = this.channel.receive(this.timeLimit);
    if (reply === 'late') throw this.overdueError('execve');
    if (reply !== 'ended') {
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
    // 0 would be a whole process group.
    else if (this.reaped === undefined && this.pid > 0) process.kill(this.pid, signal);
  }

  /**
   * Kills and reaps it, and the agents that it made, innermost first. Nothing happens if it has
   * ended already.
   */
  override end(): void {
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
      if (waited > 10) reapEnded();
    }
  }

  /** Reaps it if it has ended. False if there is nobody to ask, now or ever. */
  reapNow(): boolean {
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
    if (!this.open || this.busyWith !== undefined || this.channel.isBehind) return undefined;
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
    const reply = this.channel.receive(ASK_LIMIT);
    if (reply === 'late') this.channel.forgo();
    if (typeof reply !== 'object' || reply.error !== 0) return undefined;
    update(reply.rest);
    return reply.value === 0n ? null : decodeWaitStatus(status.readInt32LE());
  }

  private close(status: WaitStatus | undefined): void {
    this.closeChannel();
    if (this.reaped === undefined && this.pidfd !== undefined) fs.closeSync(this.pidfd);
    this.reaped ??= status ?? UNKNOWN;
    this.parent?.children.delete(this);
    openAgents().delete(this);
    for (const companion of this.companions.splice(0)) companion.end();
  }

  protected override endedError(during: string): AgentError {
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
