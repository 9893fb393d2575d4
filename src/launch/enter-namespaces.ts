import {
  type ChildProcessWithoutNullStreams as Child,
  type SpawnOptions,
  spawn,
} from 'node:child_process';
import type { Socket } from 'node:net';
import { readLines } from '../channel/lines';
import { errnoName, SandboxError } from '../errors/sandbox-error';
import { SystemError } from '../errors/system-error';
import { withStreams } from '../helpers/run';
import { binaryPath } from '../native/load';
import { startError } from './open-sandbox';
import { parseStatus, type StepFailed } from './status';

/** A command that runs in namespaces which were there before it. */
export interface Entered {
  /** ns-init: its streams are the command's. */
  child: Child;
  /** Why there is no command; it has ended then. */
  refusal(): Error | undefined;
  /** The number of the signal that ended the command. */
  signal(): number | undefined;
  /** Kills the command. */
  kill(): void;
}

/** Where descriptors begin in ns-init: 0, 1 and 2 are the command's. */
const STATUS = 3;
const LIFELINE = 4;
const FIRST_NAMESPACE = 5;

/** The system call behind a step that refuses what the caller asked for. */
const CALLS: Record<string, string> = {
  'enter namespace': 'setns',
  'change directory': 'chdir',
  exec: 'execvp',
};

/**
 * Starts a command in the namespaces of these descriptors, and nothing else around it: what it leaves
 * running is left.
 *
 * @throws SandboxError when ns-init itself cannot be started.
 */
export function enterNamespaces(
  namespaces: readonly number[],
  argv: readonly string[],
  { cwd, env }: { cwd?: string | undefined; env?: NodeJS.ProcessEnv | undefined },
): Entered {
  const init = binaryPath('ns-init');
  const words = [
    ...namespaces.map((_, index) => `--enter=${FIRST_NAMESPACE + index}`),
    `--status-fd=${STATUS}`,
    `--lifeline-fd=${LIFELINE}`,
    ...(cwd === undefined ? [] : [`--chdir=${cwd}`]),
    '--',
    ...argv,
  ];
  const child = start(init, words, {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe', ...namespaces],
    ...(env !== undefined && { env }),
  });
  let refusal: Error | undefined;
  let signal: number | undefined;
  child.once('error', (error) => {
    refusal ??= startError(init, error);
  });
  const [status, lifeline] = child.stdio.slice(STATUS) as unknown as [Socket, Socket];
  // Their other ends may be closed at any moment; the end of the process tells that better.
  for (const socket of [status, lifeline]) socket.on('error', () => {});
  readLines(status, (text) => {
    const line = parseStatus(text);
    if (line?.type === 'failed') refusal ??= refusalOf(line);
    if (line?.type === 'init-killed') signal = line.signal;
  });
  return {
    child,
    refusal: () => refusal,
    signal: () => signal,
    kill: () => lifeline.destroy(),
  };
}

function start(init: string, words: string[], options: SpawnOptions): Child {
  try {
    return withStreams(spawn(init, words, options) as Child);
  } catch (error) {
    throw startError(init, error as NodeJS.ErrnoException);
  }
}

/** Why there is no command, as a call of the kernel's that failed where it is one. */
export function refusalOf({ step, subject, errno }: StepFailed): Error {
  const syscall = CALLS[step];
  if (syscall === undefined) {
    const code = errnoName(errno);
    return new SandboxError(`Could not start the command: step "${step}" failed with ${code}`, {
      step,
      subject,
      errno,
      code,
    });
  }
  const facts = syscall === 'setns' ? { namespace: subject } : { path: subject };
  return new SystemError({ errno, syscall, facts });
}
