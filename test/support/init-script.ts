/** ns-init by itself, with the mounts of a whole sandbox. */
import { spawn } from 'node:child_process';
import { NS_INIT } from './package';

const uid = process.getuid?.() ?? 0;
const gid = process.getgid?.() ?? 0;

/** The user is root inside; real root keeps every id. */
export const IDS =
  uid === 0
    ? ['--uid-map=0:0:4294967295', '--gid-map=0:0:4294967295', '--protect-proc']
    : [`--uid-map=0:${uid}:1`, `--gid-map=0:${gid}:1`, '--deny-setgroups'];

/** All namespaces, and what every sandbox mounts. */
export const SANDBOX = [
  ...['--unshare=all', ...IDS, '--proc', '--sys', '--dev', '--mqueue'],
  ...['--tmpfs=/tmp', '--tmpfs=/dev/shm', '--tmpfs=/run'],
];

/** In a sandbox, whose user is root with one id: namespaces of its own again, and its processes. */
export const NESTED = [
  NS_INIT,
  ...['--unshare=user,mount', '--uid-map=0:0:1', '--gid-map=0:0:1', '--deny-setgroups'],
].join(' ');

/** What a root that has nothing needs to run a shell. */
export const SHELL = [
  '--ro-keep=/usr',
  ...['bin', 'lib', 'lib64'].flatMap((name) => [
    ...['--mount=symlink', `--from=usr/${name}`, `--onto=/${name}`],
  ]),
];

export interface Ran {
  stdout: string[];
  stderr: string;
  status: Record<string, unknown>[];
  code: number | null;
}

/**
 * Runs a script in a sandbox.
 *
 * @param fault A system call that fails as it would elsewhere. strace(1), --inject
 */
export async function runScript(args: string[], script: string, fault?: string): Promise<Ran> {
  const wrapper =
    fault === undefined ? [] : ['strace', '-f', '-qq', '-o', '/dev/null', `--inject=${fault}`];
  const all = [...wrapper, NS_INIT, ...args, '--status-fd=3', '--', '/bin/sh', '-c', script];
  const child = spawn(all[0] as string, all.slice(1), {
    // There in every root.
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  let status = '';
  child.stdout?.on('data', (chunk) => (stdout += chunk));
  child.stderr?.on('data', (chunk) => (stderr += chunk));
  child.stdio[3]?.on('data', (chunk) => (status += chunk));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const lines = (text: string) => text.split('\n').filter(Boolean);
  return {
    stdout: lines(stdout),
    stderr,
    status: lines(status).map((line) => JSON.parse(line)),
    code,
  };
}
