/** ns-init by itself, without Jest. */
import { spawn } from 'node:child_process';
import { NS_INIT } from './package';

const uid = process.getuid?.() ?? 0;
const gid = process.getgid?.() ?? 0;
export const IDS =
  uid === 0
    ? ['--uid-map=0:0:4294967295', '--gid-map=0:0:4294967295']
    : [`--uid-map=0:${uid}:1`, `--gid-map=0:${gid}:1`, '--deny-setgroups'];
export const FULL = [
  ...['--unshare=all', ...IDS, '--proc', '--sys', '--dev', '--mqueue'],
  ...['--tmpfs=/tmp', '--tmpfs=/dev/shm', '--tmpfs=/run', '--hostname=web-1', '--loopback'],
];

export interface Started {
  stdout: string;
  stderr: string;
  status: Record<string, unknown>[];
  code: number | null;
}

/** Runs ns-init as the launcher does: 3 is the status descriptor, 4 the lifeline. */
export function start(args: string[], command: string[], wrapper: string[] = []) {
  // Jest's own copy, in which the mark of this test file is: Node would take the real one. A sanitizer
  // that Node was given is not for the programs inside, some of which it would end.
  const { LD_PRELOAD: _, ...env } = process.env;
  const all = [...wrapper, NS_INIT, ...args, '--status-fd=3', '--lifeline-fd=4', '--', ...command];
  const child = spawn(all[0] as string, all.slice(1), {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
    env,
  });
  let stdout = '';
  let stderr = '';
  let status = '';
  child.stdout?.on('data', (chunk) => (stdout += chunk));
  child.stderr?.on('data', (chunk) => (stderr += chunk));
  child.stdio[3]?.on('data', (chunk) => (status += chunk));
  /** What was reported so far. */
  const reports = (): Record<string, unknown>[] =>
    status
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  const ended = new Promise<Started>((resolve) =>
    child.once('close', (code) => resolve({ stdout, stderr, code, status: reports() })),
  );
  const lifeline = child.stdio[4] as unknown as { destroy(): void };
  return { child, ended, lifeline, reports, output: () => stdout };
}

export const run = (args: string[], command: string[]) => start(args, command).ended;

/** Runs with a system call that fails as it would elsewhere. strace(1), --inject */
export const runWhere = (fault: string, args: string[], command: string[]) =>
  start(args, command, ['strace', '-f', '-qq', '-o', '/dev/null', `--inject=${fault}`]).ended;
export const sh = (script: string) => ['/bin/sh', '-c', script];
