import { checkName, checkOptions, checkText } from '../helpers/check';
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

function checkProgram(command: string, args: readonly string[], options: ProgramOptions): void {
  checkName('command', command);
  if (!Array.isArray(args)) throw new TypeError('Expected the arguments to be an array of strings');
  for (const [index, arg] of args.entries()) checkText(`argument ${index}`, arg);
  checkOptions('run', options, ['env', 'cwd', 'timeout']);
}

/** A program with the agent's own descriptors; or the agent itself becomes it. */
export function startProgram(
  core: Core,
  command: string,
  args: readonly string[],
  options: ProgramOptions,
  replace = false,
): number {
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
    for (let waited = 0; open.size > 0; ) {
      const ready = readable(core, [...open.keys()]);
      if (ready.length === 0) {
        waited += POLL_STEP_MS;
        // Its output may be held open by what it left behind; it itself has ended then.
        const ended = agent.poll(pid);
        if (ended !== null) return result(ended, collected);
        if (waited >= timeout) throw overdue(agent, pid, command, timeout);
      }
      for (const fd of ready) {
        const part = agent.fs.read(fd);
        if (part.length === 0) open.delete(fd);
        else open.get(fd)?.push(part);
      }
    }
    return result(agent.wait(pid), collected);
  } finally {
    if (core.alive) for (const fd of collected.keys()) agent.fs.close(fd);
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

/** Those with something to read, or at their end; none if a moment passes without. */
function readable(core: Core, fds: readonly number[]): number[] {
  const requests = Buffer.alloc(POLL_SIZE * fds.length);
  for (const [index, fd] of fds.entries()) {
    requests.writeInt32LE(fd, POLL_SIZE * index);
    requests.writeInt16LE(POLL.POLLIN, POLL_SIZE * index + 4);
  }
  const limit = millisecondsSpec(POLL_STEP_MS);
  try {
    core.call('ppoll', [requests, fds.length, limit, null, 0]);
  } catch (error) {
    // EINTR: a recorded signal came, of the program's end for one.
    if ((error as { code?: string }).code !== 'EINTR') throw error;
    return [];
  }
  return fds.filter((_, index) => requests.readInt16LE(POLL_SIZE * index + 6) !== 0);
}
