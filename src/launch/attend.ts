/** A command that somebody started and waits for, as a shell does. */
import { SandboxError } from '../errors/sandbox-error';
import type { SandboxEnd } from './open-sandbox';

/** Exit codes of programs that start others. env(1) */
const LAUNCHER_FAILED = 125;
const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;
const KILLED_BY = 128;

/** What is sent to this process is meant for the command. */
const PASSED_ON: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

/** Above it ns-init takes a signal for one that is passed on: by number, so that it is no terminal's. */
const PASSED = 34;

export interface Attended<End> {
  /** Never rejects. */
  ended: Promise<End>;
  signal(number: number): void;
}

/**
 * Starts a command and waits for its end. What is sent to this process until then is passed on.
 *
 * @throws what `start` throws.
 */
export async function attend<End>(start: () => Attended<End>): Promise<End> {
  let attended: Attended<End> | undefined;
  const pass = (_: NodeJS.Signals, number: number) => attended?.signal(PASSED + number);
  // Before there is a command: it may run before we go on.
  for (const name of PASSED_ON) process.on(name, pass);
  try {
    attended = start();
    return await attended.ended;
  } finally {
    for (const name of PASSED_ON) process.off(name, pass);
  }
}

/** The exit code to end with, after the command that ended so. */
export function exitCodeAfter({ error, exited }: Pick<SandboxEnd, 'error' | 'exited'>): number {
  if (error) return exitCodeOf(error);
  if (exited === undefined) return LAUNCHER_FAILED;
  return exited.code ?? KILLED_BY + (exited.signal as number);
}

/** The exit code for a command that could not be run. */
export function exitCodeOf(error: unknown): number {
  return error instanceof SandboxError ? exitCodeOfStep(error.facts) : LAUNCHER_FAILED;
}

/** The same, by the step that failed. */
export function exitCodeOfStep({ step, code }: { step?: string; code?: string }): number {
  if (step !== 'exec') return LAUNCHER_FAILED;
  return code === 'ENOENT' ? NOT_FOUND : NOT_EXECUTABLE;
}
