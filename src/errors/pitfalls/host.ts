/** Questions about the host and this process, by which causes are confirmed. What cannot be read confirms nothing. */
import { spawnSync } from 'node:child_process';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  readlinkSync,
  statfsSync,
  statSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { NAMESPACES } from '../../namespaces';
import { binaryPath } from '../../native/load';

export function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}

export function sysctl(name: string): string | undefined {
  return read(`/proc/sys/${name}`);
}

export function processStatus(field: string): string | undefined {
  return read('/proc/self/status')
    ?.split('\n')
    .find((line) => line.startsWith(`${field}:`))
    ?.slice(field.length + 1)
    .trim();
}

export function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

export function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

export function hasSeccompFilter(): boolean {
  return processStatus('Seccomp') === '2';
}

/** linux/capability.h */
export const CAPABILITIES = { SYS_ADMIN: 21n, SYS_RESOURCE: 24n, SETFCAP: 31n };

export function hasCapability(number: bigint): boolean {
  return ((BigInt(`0x${processStatus('CapEff') ?? '0'}`) >> number) & 1n) === 1n;
}

/** Asked by having one. */
export function canHaveUserNamespace(): boolean {
  const init = binaryPath('ns-init');
  // Without arguments it prints how it is used, and ends so.
  const USAGE_CODE = 2;
  return spawnSync(init, ['--unshare=user', '--', init]).status === USAGE_CODE;
}

/** An id that this user namespace gives no name to, read as nobody's. user_namespaces(7) */
export function isUnmapped(kind: 'uid' | 'gid'): boolean {
  const own = kind === 'uid' ? process.geteuid?.() : process.getegid?.();
  const ranges = read(`/proc/self/${kind}_map`)
    ?.split('\n')
    .filter((line) => line !== '')
    .map((line) => line.trim().split(/\s+/).map(Number));
  return (
    own !== undefined &&
    ranges?.every(([inside = 0, , count = 0]) => own < inside || own >= inside + count) === true
  );
}

export const NAMESPACE_FILES = NAMESPACES.map(({ file }) => file);

/** Namespaces that this kernel was built without. */
export function missingNamespaces(): string[] {
  return NAMESPACE_FILES.filter((file) => !existsSync(`/proc/self/ns/${file}`));
}

/** The name of a limit of namespaces that lets nobody have one. */
export function exhaustedLimit(): string | undefined {
  return NAMESPACE_FILES.map((name) => `max_${name}_namespaces`).find(
    (name) => sysctl(`user/${name}`) === '0',
  );
}

/**
 * The root of the mount namespace is a mount, so inside a chroot no mount has the target "/"; unless it is
 * into one: then PID 1, of the same mount namespace, stands at another.
 */
export function isChrooted(): boolean {
  const mounts = read('/proc/self/mountinfo')?.split('\n');
  if (mounts?.every((line) => line.split(' ')[4] !== '/')) return true;
  try {
    const isSame = readlinkSync('/proc/1/ns/mnt') === readlinkSync('/proc/self/ns/mnt');
    return isSame && mountId('/proc/1/root') !== mountId('/');
  } catch {
    // PID 1 is another user's.
    return false;
  }
}

/** proc_pid_fdinfo(5) */
function mountId(directory: string): string | undefined {
  const fd = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    return /^mnt_id:\s*(\d+)$/m.exec(read(`/proc/self/fdinfo/${fd}`) ?? '')?.[1];
  } finally {
    closeSync(fd);
  }
}

/** Mounts that every host has below /sys do not mask anything. */
const OWN_MOUNTS = ['/proc/sys/fs/binfmt_misc', '/sys/fs/', '/sys/kernel/', '/sys/firmware/efi/'];

/** Whether something of a folder such as "/proc/" is covered. */
export function isMasked(folder: string): boolean {
  return mountsHere().some(
    ({ target }) => target.startsWith(folder) && !OWN_MOUNTS.some((own) => target.startsWith(own)),
  );
}

/** Whether the mount that a file lies on has an option such as "noexec". */
export function isMountedWith(option: string, file: string): boolean {
  const [innermost] = mountsHere()
    .filter(({ target }) => target === '/' || `${file}/`.startsWith(`${target}/`))
    // Of those at one place the last covers the others.
    .reverse()
    .sort((a, b) => b.target.length - a.target.length);
  return innermost?.options.includes(option) ?? false;
}

function mountsHere(): { target: string; options: string[] }[] {
  return (read('/proc/self/mountinfo') ?? '').split('\n').map((line) => {
    const [, , , , target = '', options = ''] = line.split(' ');
    return { target, options: options.split(',') };
  });
}

export function isOlderThan(major: number, minor: number): boolean {
  const [hasMajor = 0, hasMinor = 0] = os.release().split('.').map(Number);
  return hasMajor < major || (hasMajor === major && hasMinor < minor);
}

/** Whether this user may read and write a file. */
export function isOpen(file: string): boolean {
  try {
    accessSync(file, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** statfs(2) */
const OVERLAYFS_MAGIC = 0x794c7630;

export function isOverlay(file: string): boolean {
  return statfsSync(file).type === OVERLAYFS_MAGIC;
}

/** The soft limit, as /proc/self/limits names it, if there is one. */
export function softLimit(name: string): number | undefined {
  const line = read('/proc/self/limits')
    ?.split('\n')
    .find((row) => row.startsWith(name));
  const soft = Number(line?.slice(name.length).trim().split(/\s+/)[0]);
  return Number.isNaN(soft) ? undefined : soft;
}

/** A group of this process, or one above it, that can hold no more processes. cgroups(7) */
export function fullGroup(): string | undefined {
  const own = (read('/proc/self/cgroup') ?? '').split('\n').flatMap((line) => {
    const [, controllers = '', ...rest] = line.split(':');
    const isOurs = controllers === '' || controllers.split(',').includes('pids');
    const mount = controllers === '' ? '/sys/fs/cgroup' : '/sys/fs/cgroup/pids';
    return isOurs ? [{ mount, group: path.posix.join(mount, rest.join(':')) }] : [];
  });
  return own.flatMap(({ mount, group }) => upTo(mount, group)).find(isFull);
}

function upTo(mount: string, group: string): string[] {
  return group.length <= mount.length ? [group] : [group, ...upTo(mount, path.dirname(group))];
}

function isFull(group: string): boolean {
  const max = Number(read(`${group}/pids.max`));
  return Number(read(`${group}/pids.current`)) >= max;
}

/** Whether a file is executable by somebody, as its mode says. */
export function hasExecutableBit(file: string): boolean {
  return ((statSync(file, { throwIfNoEntry: false })?.mode ?? 0) & 0o111) !== 0;
}
