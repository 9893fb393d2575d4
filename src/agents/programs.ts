import { checkOptions } from '../helpers/check';
import { checkProgram } from '../helpers/run';
import type { WaitStatus } from '../text/wait-status';
import type { Agent } from './agent';
import { AgentError } from './agent-error';
import { POLL } from './constants/files';
import type { Core } from './core';
import { millisecondsSpec } from './timespec';

export interface ProgramOptions {
  /** Its whole environment; the test's own by default. */
  env?: NodeJS.ProcessEnv;
  /** The agent's own working directory by default. */
  cwd?: string;
  /** Milliseconds after which it is killed; the agent's time limit by default. */
  timeout?: number;
}

export interface ProgramResult {
  /** null if a signal ended it. */
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

const POLL_SIZE = 8;
const POLL_STEP_MS = 50;
const NANOS_PER_MS = 1_000_000n;

/** Of a program that nobody waits for. */
export type StartOptions = Omit<ProgramOptions, 'timeout'>;

/** A program with the agent's own descriptors; or the agent itself becomes it. */
export function startProgram(
  core: Core,
  command: string,
  args: readonly string[],
  options: StartOptions,
  replace = false,
): number {
  checkOptions(replace ? 'exec' : 'spawn', options, ['env', 'cwd']);
  checkProgram(command, args, options);
  const { env = process.env, cwd = '' } = options;
  return core.spawn({ command, args, env, cwd, stdio: [-1, -1, -1], replace });
}

/** A program to its end, what it prints collected meanwhile. */
export function runProgram(
  agent: Agent,
  core: Core,
  command: string,
  args: readonly string[],
  options: ProgramOptions,
): ProgramResult {
  checkOptions('run', options, ['env', 'cwd', 'timeout']);
  checkProgram(command, args, options);
  const { env = process.env, cwd = '', timeout = core.timeLimit } = options;
  const stdout = agent.fs.pipe();
  const stderr = agent.fs.pipe();
  const open = new Map([
    [stdout.read, [] as Buffer[]],
    [stderr.read, [] as Buffer[]],
  ]);
  const collected = new Map(open);
  try {
    const stdio = [-1, stdout.write, stderr.write] as const;
    let pid: number;
    try {
      pid = core.spawn({ command, args, env, cwd, stdio, replace: false });
    } finally {
      agent.fs.close(stdout.write);
      agent.fs.close(stderr.write);
    }
    // The agent's clock: the test may have faked its own.
    const now = () => agent.time.clock('CLOCK_MONOTONIC');
    const deadline = now() + BigInt(timeout) * NANOS_PER_MS;
    let ended: WaitStatus | null = null;
    while (open.size > 0) {
      const ready = readable(core, [...open.keys()], ended === null ? POLL_STEP_MS : 0);
      for (const fd of ready) {
        const part = agent.fs.read(fd);
        if (part.length === 0) open.delete(fd);
        else open.get(fd)?.push(part);
      }
      // Its output may be held open, and written to, by what it left behind.
      if (ready.length === 0 && ended !== null) break;
      const isOver = now() >= deadline;
      if (ready.length === 0 || isOver) ended ??= agent.poll(pid);
      if (isOver && ended === null) throw overdue(agent, pid, command, timeout);
      if (isOver) break;
    }
    return result(ended ?? agent.wait(pid), collected);
  } finally {
    for (const fd of collected.keys()) core.release(fd);
  }
}

function overdue(agent: Agent, pid: number, command: string, timeout: number): AgentError {
  agent.kill(pid, 'SIGKILL');
  agent.wait(pid);
  return new AgentError(
    `${command} did not end within ${timeout} ms, so it was killed`,
    'AGENT_TIMEOUT',
    agent.pid,
  );
}

function result(
  { code, signal }: { code: number | null; signal: string | null },
  collected: Map<number, Buffer[]>,
): ProgramResult {
  const [stdout = '', stderr = ''] = [...collected.values()].map((parts) =>
    Buffer.concat(parts).toString('utf8'),
  );
  return { code, signal, stdout, stderr };
}

/** Those with something to read, or at their end; none if so many milliseconds pass without. */
function readable(core: Core, fds: readonly number[], milliseconds: number): number[] {
  const requests = Buffer.alloc(POLL_SIZE * fds.length);
  for (const [index, fd] of fds.entries()) {
    requests.writeInt32LE(fd, POLL_SIZE * index);
    requests.writeInt16LE(POLL.POLLIN, POLL_SIZE * index + 4);
  }
  const limit = millisecondsSpec(milliseconds);
  try {
    core.call('ppoll', [requests, fds.length, limit, null, 0]);
  } catch (error) {
    // EINTR: a recorded signal came, of the program's end for one.
    if ((error as { code?: string }).code !== 'EINTR') throw error;
    return [];
  }
  return fds.filter((_, index) => requests.readInt16LE(POLL_SIZE * index + 6) !== 0);
}
