/** `npx ns-jest`, as it is installed. */
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { PACKAGE } from './package';

export const CLI = path.join(PACKAGE, 'dist', 'cli', 'main.js');

export interface CliEnd {
  stdout: string;
  stderr: string;
  code: number | null;
}

export interface CliOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** The command that runs Node. */
  wrapper?: string[];
}

/** Starts it, with a pipe for each stream. */
export function startCli(
  args: string[],
  { cwd, env, wrapper = [] }: CliOptions = {},
): { child: ChildProcess; ended: Promise<CliEnd>; output: () => string } {
  // Jest's own copy, in which the mark of this test file is: Node would take the real one.
  const command = [...wrapper, process.execPath, CLI, ...args];
  const child = spawn(command[0] as string, command.slice(1), {
    ...(cwd !== undefined && { cwd }),
    env: { ...process.env, ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const ended = new Promise<CliEnd>((resolve) =>
    child.once('close', (code) => resolve({ stdout, stderr, code })),
  );
  return { child, ended, output: () => stdout };
}

/** Runs it with nothing to read. */
export function cli(args: string[], options: CliOptions = {}): Promise<CliEnd> {
  const { child, ended } = startCli(args, options);
  child.stdin?.end();
  return ended;
}
