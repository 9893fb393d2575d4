import { statSync } from 'node:fs';
import { SandboxError } from '../../errors/sandbox-error';
import {
  checkAbsolutePath,
  checkArray,
  checkBoolean,
  checkObject,
  checkOneOf,
  unknownOption,
} from '../check';
import type { Room } from '../room';

/** Makes a host directory or file visible at another place inside. mount(8), --bind */
export interface BindMount {
  /** Absolute path on the host. */
  source: string;
  /** Absolute path inside; exists on the host, or lies below a `tmpfs`. Default: the source's path. */
  target?: string;
  /** Default: false. */
  readonly?: boolean;
  /** Leave the mount out when the source is missing. Default: false. */
  try?: boolean;
}

export interface FileOptions {
  /** Directories covered by an empty tmpfs. Default: ["/tmp", "/dev/shm", "/run"]. */
  tmpfs?: string[];
  /** Bind mounts, made in order after everything else. Default: none. */
  bind?: BindMount[];
  /** A minimal /dev of its own, or the host's. Default: "minimal". */
  dev?: 'minimal' | 'host';
}

export interface CheckedFileOptions {
  tmpfs: string[];
  bind: Required<BindMount>[];
  dev: 'minimal' | 'host';
}

/** Directories that a tmpfs must not hide. */
const NEVER_COVERED = ['/', '/proc', '/sys', '/dev'];

export const fileRoom: Room<CheckedFileOptions> = {
  rows: {
    tmpfs: { read: readDirectories, default: ['/tmp', '/dev/shm', '/run'], needs: 'mount' },
    bind: { read: readBinds, default: [], needs: 'mount' },
    dev: {
      read: (value, option) => checkOneOf(option, ['minimal', 'host'], value),
      default: 'minimal',
      needs: 'mount',
    },
  },

  settle(options) {
    options.bind.forEach(({ target }, index) => {
      const existsInside =
        statSync(target, { throwIfNoEntry: false }) !== undefined ||
        options.tmpfs.some((directory) => target.startsWith(`${directory}/`));
      if (!existsInside) {
        throw new SandboxError(`The target of "bind[${index}]" does not exist: ${target}`, {
          option: `bind[${index}].target`,
          subject: target,
          reason: 'Making it would change the host.',
          fix: 'Make it first, or choose a target below a directory that "tmpfs" covers.',
        });
      }
    });
  },
};

function readDirectories(value: unknown, option: string): string[] {
  return checkArray(option, value).map((item, index) => {
    const directory = checkAbsolutePath(`${option}[${index}]`, item);
    if (NEVER_COVERED.includes(directory)) {
      throw new SandboxError(`The option "${option}[${index}]" cannot cover ${directory}`, {
        option,
        subject: directory,
        reason: 'Nothing would run without it, or it has a mount of its own.',
      });
    }
    if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
      throw new SandboxError(`The option "${option}[${index}]" names no directory: ${directory}`, {
        option,
        subject: directory,
      });
    }
    return directory;
  });
}

function readBinds(value: unknown, option: string): Required<BindMount>[] {
  return checkArray(option, value).flatMap((item, index) => readBind(item, `${option}[${index}]`));
}

function readBind(value: unknown, option: string): Required<BindMount>[] {
  const known = ['source', 'target', 'readonly', 'try'];
  const given = checkObject(option, value);
  for (const key of Object.keys(given)) {
    if (!known.includes(key)) throw unknownOption(key, known, `${option}.`);
  }
  const source = checkAbsolutePath(`${option}.source`, given.source);
  const bind = {
    source,
    target: checkAbsolutePath(`${option}.target`, given.target ?? source),
    readonly: checkBoolean(`${option}.readonly`, given.readonly ?? false),
    try: checkBoolean(`${option}.try`, given.try ?? false),
  };
  if (statSync(source, { throwIfNoEntry: false }) !== undefined) return [bind];
  if (bind.try) return [];
  throw new SandboxError(`The source of "${option}" does not exist: ${source}`, {
    option: `${option}.source`,
    subject: source,
    code: 'ENOENT',
    fix: 'Make it first, or set try: true to leave the mount out when it is missing.',
  });
}
