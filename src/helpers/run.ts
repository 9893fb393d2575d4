import {
  type ChildProcessWithoutNullStreams,
  type SpawnOptionsWithoutStdio,
  spawn,
} from 'node:child_process';
import { checkBytes, checkInteger, checkName, checkOptions, checkText } from './check';
import { collectText } from './collect-output';

export interface RunOptions {
  /** Where it runs; the test's own working directory by default. */
  cwd?: string;
  /** Its whole environment; the test's own by default. */
  env?: NodeJS.ProcessEnv;
  /** What it reads from its standard input; nothing by default. */
  input?: string | Uint8Array;
  /** Milliseconds after which it is killed with SIGKILL; never by default. */
  timeout?: number;
}

export interface RunResult {
  stdout: string;
  stderr: string;
  /** null if a signal ended it. */
  code: number | null;
  /** The signal that ended it, for example `SIGKILL`. */
  signal: string | null;
}

/** What to run and how, checked. */
export interface CheckedRun {
  argv: string[];
  cwd: string | undefined;
  env: NodeJS.ProcessEnv | undefined;
  input: Uint8Array;
  timeout: number | undefined;
}

/** Throws TypeError if an argument cannot be right. */
export function checkRun(
  what: string,
  command: string,
  args: readonly string[],
  options: RunOptions,
): CheckedRun {
  checkOptions(what, options, ['cwd', 'env', 'input', 'timeout']);
  checkProgram(command, args, options);
  const { cwd, env, timeout } = options;
  const input = checkBytes('input', options.input ?? '');
  return { argv: [command, ...args], cwd, env, input, timeout };
}

/** The same for what every program is given, whoever starts it. */
export function checkProgram(
  command: string,
  args: readonly string[],
  { cwd, env = {}, timeout }: Pick<RunOptions, 'cwd' | 'env' | 'timeout'>,
): void {
  checkName('command', command);
  if (!Array.isArray(args)) throw new TypeError('Expected the arguments to be an array of strings');
  for (const [index, arg] of args.entries()) checkText(`argument ${index}`, arg);
  if (cwd !== undefined) checkName('cwd', cwd);
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined) checkText(`variable "${name}"`, value);
  }
  if (timeout !== undefined) checkInteger('timeout', timeout, { min: 1, max: 2 ** 31 - 1 });
}

/** Node's error with all its fields, as an Error of this realm: Node itself is outside of the test's. */
export function ofThisRealm(error: unknown): Error {
  const foreign = error as Error;
  return Object.assign(new Error(foreign.message), foreign);
}

function start(
  command: string,
  args: readonly string[],
  options: SpawnOptionsWithoutStdio,
): ChildProcessWithoutNullStreams {
  try {
    return withStreams(spawn(command, args, options));
  } catch (error) {
    throw ofThisRealm(error);
  }
}

/** Without descriptors left Node gives a child no streams, and tells of it later only. */
export function withStreams(child: ChildProcessWithoutNullStreams): ChildProcessWithoutNullStreams {
  if ((child.stdout as unknown) !== undefined) return child;
  child.on('error', () => {});
  throw Object.assign(new Error('spawn EMFILE'), { code: 'EMFILE', syscall: 'spawn' });
}

/**
 * Runs a program to its end, without a shell, and resolves whatever its exit code is. It has ended
 * when its output is closed as well, which a background process that it started may hold open.
 *
 * @throws TypeError if an argument cannot be right.
 * @throws Error Node's own, for example `spawn nope ENOENT`, if it could not be started.
 * @see child_process.spawn of Node.js, execvp(3)
 */
export async function run(
  command: string,
  args: readonly string[] = [],
  options: RunOptions = {},
): Promise<RunResult> {
  const { cwd, env, input, timeout } = checkRun('ns.run', command, args, options);
  return new Promise((resolve, reject) => {
    // Node's own timer: those of the test may be faked.
    const limits = timeout === undefined ? {} : { timeout, killSignal: 'SIGKILL' as const };
    const child = start(command, args, {
      ...(cwd !== undefined && { cwd }),
      ...(env !== undefined && { env }),
      ...limits,
    });
    const stdout = collectText(child.stdout);
    const stderr = collectText(child.stderr);
    // EPIPE: it need not read its input, and may have ended before.
    child.stdin.on('error', () => {}).end(input);
    child.on('error', (error) => reject(ofThisRealm(error)));
    child.on('exit', () => {
      // What it started may live on and hold the output open; after the timeout nobody waits for that.
      if (child.killed) {
        child.stdout.destroy();
        child.stderr.destroy();
      }
    });
    child.on('close', (code, signal) =>
      resolve({ stdout: stdout(), stderr: stderr(), code, signal }),
    );
  });
}
