/** Scripts in sandboxes of ns-init's own making, and in sandboxes inside those. */
import { IDS, type Started, sh, start } from './ns-init';
import { NS_INIT } from './package';

/** All namespaces, and what every sandbox mounts. */
export const SANDBOX = [
  ...['--unshare=all', ...IDS, '--proc', '--sys', '--dev', '--mqueue'],
  ...(process.getuid?.() === 0 ? ['--protect-proc'] : []),
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

export interface Ran extends Omit<Started, 'stdout'> {
  /** Lines. */
  stdout: string[];
}

/**
 * Runs a script in a sandbox, from a directory that is there in every root.
 *
 * @param fault A system call that fails as it would elsewhere. strace(1), --inject
 */
export async function runScript(args: string[], script: string, fault?: string): Promise<Ran> {
  const faulty =
    fault === undefined ? [] : ['strace', '-f', '-qq', '-o', '/dev/null', `--inject=${fault}`];
  const ran = await start(args, sh(script), ['env', '--chdir=/', ...faulty]).ended;
  return { ...ran, stdout: ran.stdout.split('\n').filter(Boolean) };
}
