import { SandboxError } from '../../errors/sandbox-error';
import { checkAbsolutePath, checkArray, checkObject, checkOneOf } from '../check';
import { isFresh, isJoined } from '../namespaces/options';
import type { CheckedOptions } from '../options';
import type { Room } from '../room';
import {
  type CheckedDns,
  type CheckedHosts,
  type Dns,
  type Hosts,
  readDns,
  readHosts,
} from './etc-files';
import {
  type CheckedMount,
  checkTargets,
  MOUNT_KINDS,
  type MountOption,
  NEVER_COVERED,
  readBinds,
  readMounts,
  tmpfsData,
} from './mounts';
import { type CheckedRoot, HOST_ROOT, isForeign, isOwn, type RootOption, readRoot } from './root';
import { checkKeys, statusOf } from './values';

/** Makes a host directory or file visible at another place inside. mount(8), --bind */
export interface BindMount {
  /** Absolute path on the host. */
  source: string;
  /** Absolute path inside; exists on the host, or lies below a `tmpfs`. Default: the source's path. */
  target?: string;
  /** Default: false. */
  readonly?: boolean;
  /** Device nodes work. Default: false. */
  dev?: boolean;
  /** Leave the mount out when the source is missing. Default: false. */
  try?: boolean;
}

/** An empty tmpfs over a directory. tmpfs(5) */
export interface TmpfsMount {
  path: string;
  /** Bytes, or a text as '64m'. Default: half of the memory. */
  size?: number | string;
  /** Octal, as '1777'. Default: the mode of the directory. */
  mode?: string;
}

export interface FileOptions {
  /** What "/" is inside. Default: "host". */
  root?: RootOption;
  /** Mounts, made in order after the root and what it needs. Default: none. */
  mounts?: MountOption[];
  /** Directories covered by an empty tmpfs. Default: ["/tmp", "/dev/shm", "/run"]. */
  tmpfs?: (string | TmpfsMount)[];
  /** Bind mounts, made in order after everything else. Default: none. */
  bind?: BindMount[];
  /** A minimal /dev of its own, the host's, or one without devices. Default: "minimal". */
  dev?: 'minimal' | 'host' | 'none';
  /** An /etc/hosts of its own, with these names. Default: the host's, or localhost in a root of its own. */
  hosts?: Hosts;
  /** An /etc/resolv.conf of its own. Default: the host's. */
  dns?: Dns;
  /** How mount events travel. Default: "private". mount_namespaces(7) */
  propagation?: 'private' | 'slave' | 'shared' | 'unchanged';
  /** Paths that show nothing. Default: none. OCI runtime spec */
  maskedPaths?: string[];
  /** Paths that are read-only, with all that is mounted below. Default: none. OCI runtime spec */
  readonlyPaths?: string[];
}

export interface CheckedTmpfs {
  option: string;
  path: string;
  data?: string;
}

export interface CheckedFileOptions {
  root: CheckedRoot;
  mounts: CheckedMount[];
  tmpfs: CheckedTmpfs[];
  bind: CheckedMount[];
  dev: 'minimal' | 'host' | 'none';
  hosts: CheckedHosts | undefined;
  dns: CheckedDns | undefined;
  propagation: 'private' | 'slave' | 'shared' | 'unchanged';
  maskedPaths: string[];
  readonlyPaths: string[];
}

const DEFAULT_TMPFS = ['/tmp', '/dev/shm', '/run'];

export const fileRoom: Room<CheckedFileOptions> = {
  rows: {
    root: { read: readRoot, default: HOST_ROOT, needs: 'mount' },
    mounts: { read: readMounts, default: [], needs: 'mount' },
    tmpfs: { read: readTmpfs, default: readTmpfs(DEFAULT_TMPFS, 'tmpfs'), needs: 'mount' },
    bind: { read: readBinds, default: [], needs: 'mount' },
    dev: {
      read: (value, option) => checkOneOf(option, ['minimal', 'host', 'none'], value),
      default: 'minimal',
      needs: 'mount',
    },
    hosts: { read: readHosts, default: undefined, needs: 'mount' },
    dns: { read: readDns, default: undefined, needs: 'mount' },
    propagation: {
      read: (value, option) =>
        checkOneOf(option, ['private', 'slave', 'shared', 'unchanged'], value),
      default: 'private',
      needs: 'mount',
    },
    maskedPaths: { read: readMaskedPaths, default: [], needs: 'mount' },
    readonlyPaths: { read: readReadonlyPaths, default: [], needs: 'mount' },
  },

  settle(options) {
    checkRoot(options);
    checkPropagation(options);
    for (const { option, type } of options.mounts) {
      const { needs } = MOUNT_KINDS[type];
      if (needs === undefined || isFresh(options.namespaces[needs])) continue;
      const why = isJoined(options.namespaces[needs]) ? 'joins another' : 'is false';
      throw new SandboxError(
        `The option "${option}" cannot mount ${type} while "namespaces.${needs}" ${why}`,
        { option, reason: 'The kernel gives it to those only who have that namespace.' },
      );
    }
    const covered = options.tmpfs.map((tmpfs) => tmpfs.path);
    if (!isOwn(options.root)) {
      if (!isForeign(options.root)) options.tmpfs.forEach(checkDirectoryExists);
      checkTargets([...options.mounts, ...options.bind], covered);
    }
  },
};

function checkRoot({ root, namespaces, mounts }: CheckedOptions): void {
  // Without it the file would run on the host's tree after all.
  if (root !== HOST_ROOT && namespaces.mount === 'try') {
    throw new SandboxError(
      'The option "root" needs a mount namespace that is had, not only tried ("namespaces.mount")',
      { option: 'root' },
    );
  }
  const written = mounts.find(({ upper }) => upper !== undefined);
  if (root.kind === 'host-readonly' && written !== undefined) {
    throw new SandboxError(
      `The option "${written.option}" has an upper layer on the host, which "root" makes read-only`,
      { option: `${written.option}.upper` },
    );
  }
}

function checkPropagation({ propagation, root, namespaces }: CheckedOptions): void {
  const withEvents = propagation === 'slave' || propagation === 'unchanged';
  if (withEvents && root.kind !== 'host' && root.kind !== 'host-readonly') {
    throw new SandboxError(
      `The option "propagation" cannot be "${propagation}" with a root of its own`,
      { option: 'propagation', reason: "Nothing of the host's tree is left to hear of." },
    );
  }
  if (propagation === 'unchanged' && process.geteuid?.() === 0 && namespaces.user !== true) {
    throw new SandboxError(
      'The option "propagation" cannot be "unchanged" while "namespaces.user" is not true',
      {
        option: 'propagation',
        reason:
          "Every mount of the sandbox would appear on the host: only a user namespace makes the host's mounts deaf.",
      },
    );
  }
}

function readTmpfs(value: unknown, option: string): CheckedTmpfs[] {
  return checkArray(option, value).map((item, index) => {
    const name = `${option}[${index}]`;
    const given = typeof item === 'object' ? checkObject(name, item) : { path: item };
    checkKeys(name, given, ['path', 'size', 'mode']);
    const directory = checkAbsolutePath(
      typeof item === 'object' ? `${name}.path` : name,
      given.path,
    );
    if (NEVER_COVERED.includes(directory)) throw neverCovered(name, directory);
    const data = tmpfsData(given, name);
    return { option: name, path: directory, ...(data === undefined ? {} : { data }) };
  });
}

function checkDirectoryExists({ option, path: directory }: CheckedTmpfs): void {
  if (statusOf(option, directory)?.isDirectory()) return;
  throw new SandboxError(`The option "${option}" names no directory: ${directory}`, {
    option,
    subject: directory,
  });
}

function readMaskedPaths(value: unknown, option: string): string[] {
  return checkArray(option, value).map((item, index) => {
    const masked = checkAbsolutePath(`${option}[${index}]`, item);
    if (NEVER_COVERED.includes(masked)) throw neverCovered(`${option}[${index}]`, masked);
    return masked;
  });
}

function readReadonlyPaths(value: unknown, option: string): string[] {
  return checkArray(option, value).map((item, index) => {
    const readonly = checkAbsolutePath(`${option}[${index}]`, item);
    if (readonly !== '/') return readonly;
    throw new SandboxError(`The option "${option}[${index}]" cannot be /`, {
      option,
      subject: readonly,
      fix: "For the whole tree: root: { type: 'host', readonly: true }.",
    });
  });
}

function neverCovered(option: string, directory: string): SandboxError {
  return new SandboxError(`The option "${option}" cannot cover ${directory}`, {
    option,
    subject: directory,
    reason: 'Nothing would run without it, or it has a mount of its own.',
  });
}
