import { SystemError, type SystemErrorFacts } from '../errors/system-error';
import { AgentError } from './agent-error';
import type { Channel, Reply } from './channel';
import { type SystemCallName, systemCalls } from './constants/system-calls';
import type { Argument } from './memory';
import { callRequest, OPERATIONS, request } from './wire';

/** A call under way: the agent is in it, and the test goes on. */
export interface PendingCall {
  /** Whether the call has returned. */
  done(): boolean;
  /** Its result, waited for; throws as the call itself would. */
  result(): number;
}

/** Requests to one agent and its answers, one at a time, each within the time limit. */
export abstract class Conversation {
  /** As this process sees it; 0 if it does not. */
  abstract readonly pid: number;

  protected busyWith: string | undefined;
  protected open = true;

  protected constructor(
    protected readonly channel: Channel,
    public timeLimit: number,
  ) {}

  /** Kills the agent. */
  abstract end(): void;

  /** Why it can do this no more. */
  protected abstract endedError(during: string): AgentError;

  /** Whether requests can be made. */
  get alive(): boolean {
    return this.open;
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
    if (number === systemCalls.vfork) {
      throw new TypeError('The child of a vfork would answer in place of the agent: use fork');
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

  /** Closes a descriptor of the agent, on the way out of what may have ended the agent itself. */
  release(fd: number): void {
    if (this.open) this.call('close', [fd], { fd });
  }

  /** The descriptor, when the steps are done; should one fail, the agent does not keep it. */
  prepare(fd: number, steps: () => void): number {
    try {
      steps();
      return fd;
    } catch (error) {
      this.release(fd);
      throw error;
    }
  }

  protected closeChannel(): void {
    this.open = false;
    this.channel.close();
  }

  protected refuseIfUnable(what: string): void {
    if (!this.open) throw this.endedError(what);
    if (this.busyWith !== undefined) {
      throw new AgentError(
        `Agent ${this.pid} is still in ${this.busyWith}, so it cannot do ${what}: take that call's result first`,
        'AGENT_BUSY',
        this.pid,
      );
    }
  }

  protected send(what: string, bytes: Buffer, descriptors: number[] = []): void {
    this.refuseIfUnable(what);
    try {
      this.channel.send(bytes, descriptors);
    } catch (error) {
      if ((error as { code?: string }).code === 'EPIPE') throw this.endedError(what);
      throw error;
    }
    this.busyWith = what;
  }

  protected receive(what: string): Reply {
    const reply = this.channel.receive(this.timeLimit);
    if (reply === 'ended') throw this.endedError(what);
    if (reply === 'late') throw this.overdueError(what);
    return this.answered(reply);
  }

  /** Kills the agent, and says why. */
  protected overdueError(what: string): AgentError {
    this.end();
    return new AgentError(
      `Agent ${this.pid} did not return from ${what} within ${this.timeLimit} ms, so it was killed. ` +
        'A call that may block belongs in startSyscall, or takes a larger timeLimit',
      'AGENT_TIMEOUT',
      this.pid,
    );
  }

  protected answered(reply: Reply): Reply {
    this.busyWith = undefined;
    return reply;
  }
}
