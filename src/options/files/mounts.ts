/** The mounts that are made in order. One row per kind. */
import { statfsSync, statSync } from 'node:fs';
import path from 'node:path';
import { SandboxError } from '../../errors/sandbox-error';
import {
  checkAbsolutePath,
  checkArray,
  checkBoolean,
  checkObject,
  checkOneOf,
  checkText,
  wrongOption,
} from '../check';
import { isAtOrBelow } from './kept-paths';
import {
  checkDirectory,
  checkKeys,
  checkMode,
  checkSize,
  noOverlay,
  refuseOverlaps,
  statusOf,
} from './values';

interface At {
  /** Absolute path inside; exists on the host, or lies in a file system of the sandbox's own. */
  target: string;
}

export type MountOption =
  /** A directory or file of the host's. `dev`: its device nodes work. mount(8), --bind */
  | {
      type: 'bind';
      source: string;
      target?: string;
      readonly?: boolean;
      dev?: boolean;
      /** Leave the mount out when the source is missing. */
      try?: boolean;
    }
  | (At & {
      type: 'tmpfs';
      size?: number | string;
      mode?: string;
      /** More options of tmpfs(5), as 'nr_inodes=100'. */
      options?: string;
      readonly?: boolean;
    })
  /** Always read-only. */
  | (At & { type: 'proc' | 'sysfs' })
  | (At & { type: 'devpts' | 'mqueue' })
  /** What is written vanishes, or goes to `upper`, with an empty `work` beside it. */
  | (At & { type: 'overlay'; lower: string[]; upper?: string; work?: string; readonly?: boolean })
  | (At & { type: 'file'; content: string; mode?: string; readonly?: boolean })
  /** `source` is what the link says. */
  | (At & { type: 'symlink'; source: string })
  | (At & { type: 'dir'; mode?: string });

export type MountType = MountOption['type'];

export interface CheckedMount {
  /** Where it stands among the options. */
  option: string;
  type: MountType;
  target: string;
  /** Paths of the host's; the text of a file or link. */
  sources: string[];
  data?: string;
  upper?: string;
  work?: string;
  readonly: boolean;
  dev: boolean;
}

type Given = Record<string, unknown>;
type Details = Partial<CheckedMount>;

interface Kind {
  keys: string[];
  /** The namespace that the kernel wants to be the sandbox's own. */
  needs?: 'pid' | 'net' | 'ipc';
  /** Undefined: it is left out. */
  read(given: Given, option: string): Details | undefined;
}

const NOTHING = () => ({});

export const MOUNT_KINDS: Record<MountType, Kind> = {
  bind: { keys: ['source', 'readonly', 'dev', 'try'], read: readBind },
  tmpfs: {
    keys: ['size', 'mode', 'options', 'readonly'],
    read: (given, option) => ({ data: tmpfsData(given, option, '755') as string }),
  },
  proc: { keys: [], needs: 'pid', read: NOTHING },
  sysfs: { keys: [], needs: 'net', read: NOTHING },
  devpts: { keys: [], read: NOTHING },
  mqueue: { keys: [], needs: 'ipc', read: NOTHING },
  overlay: { keys: ['lower', 'upper', 'work', 'readonly'], read: readOverlay },
  file: { keys: ['content', 'mode', 'readonly'], read: readFile },
  symlink: {
    keys: ['source'],
    read: ({ source }, option) => ({ sources: [checkText(`${option}.source`, source)] }),
  },
  dir: { keys: ['mode'], read: readMode },
};

const TYPES = Object.keys(MOUNT_KINDS) as MountType[];

export function readMounts(value: unknown, option: string): CheckedMount[] {
  return checkArray(option, value).flatMap((item, index) => {
    const name = `${option}[${index}]`;
    const given = checkObject(name, item);
    return readMount(checkOneOf(`${name}.type`, TYPES, given.type as MountType), given, name);
  });
}

/** The list `bind`: mounts of one kind. */
export function readBinds(value: unknown, option: string): CheckedMount[] {
  return checkArray(option, value).flatMap((item, index) => {
    const name = `${option}[${index}]`;
    const given = checkObject(name, item);
    checkKeys(name, given, ['target', ...MOUNT_KINDS.bind.keys]);
    return readMount('bind', given, name);
  });
}

function readMount(type: MountType, given: Given, option: string): CheckedMount[] {
  const kind = MOUNT_KINDS[type];
  checkKeys(option, given, ['type', 'target', ...kind.keys]);
  const fallback = type === 'bind' ? given.source : undefined;
  const target = checkAbsolutePath(`${option}.target`, given.target ?? fallback);
  checkTarget(target, type, option);
  const readonly = checkBoolean(`${option}.readonly`, given.readonly ?? false);
  const details = kind.read(given, option);
  if (details === undefined) return [];
  return [{ option, type, target, sources: [], readonly, dev: false, ...details }];
}

/** Directories that have a mount of their own, or without which nothing would run. */
export const NEVER_COVERED = ['/', '/proc', '/sys', '/dev'];

function checkTarget(target: string, type: MountType, option: string): void {
  if (!NEVER_COVERED.includes(target)) return;
  throw new SandboxError(`The option "${option}" cannot put a ${type} on ${target}`, {
    option: `${option}.target`,
    subject: target,
    reason: 'Nothing would run without it, or it has a mount of its own.',
    ...(target === '/' ? { fix: 'What is at / is chosen by the option "root".' } : {}),
    ...(target === '/dev' ? { fix: 'What is at /dev is chosen by the option "dev".' } : {}),
  });
}

function readBind(given: Given, option: string): Details | undefined {
  const source = checkAbsolutePath(`${option}.source`, given.source);
  const dev = checkBoolean(`${option}.dev`, given.dev ?? false);
  const isOptional = checkBoolean(`${option}.try`, given.try ?? false);
  if (statusOf(`${option}.source`, source) !== undefined) return { sources: [source], dev };
  if (isOptional) return undefined;
  throw new SandboxError(`The source of "${option}" does not exist: ${source}`, {
    option: `${option}.source`,
    subject: source,
    code: 'ENOENT',
    fix: 'Make it first, or set try: true to leave the mount out when it is missing.',
  });
}

/** Options of a tmpfs as mount(2) takes them; undefined where none are given and none are needed. */
export function tmpfsData(given: Given, option: string, mode?: string): string | undefined {
  const { size, options } = given;
  const wanted = given.mode === undefined ? mode : checkMode(`${option}.mode`, given.mode);
  const words = [
    ...(wanted === undefined ? [] : [`mode=${wanted}`]),
    ...(size === undefined ? [] : [`size=${checkSize(`${option}.size`, size)}`]),
    ...(options === undefined ? [] : [checkText(`${option}.options`, options)]),
  ];
  return words.length === 0 ? undefined : words.join(',');
}

function readMode({ mode }: Given, option: string): Details {
  return mode === undefined ? {} : { data: checkMode(`${option}.mode`, mode) };
}

/** It travels as one argument of a command, which the kernel limits to 128 KiB. execve(2) */
const MAX_CONTENT_BYTES = 100_000;

function readFile({ content, mode }: Given, option: string): Details {
  if (typeof content !== 'string' || content.includes('\0')) {
    throw wrongOption(`${option}.content`, 'a string without NUL', content);
  }
  const bytes = Buffer.byteLength(content);
  if (bytes > MAX_CONTENT_BYTES) {
    throw new SandboxError(
      `Expected the option "${option}.content" to be at most ${MAX_CONTENT_BYTES} bytes, got ${bytes}`,
      { option: `${option}.content`, fix: 'Bind a file that has it.' },
    );
  }
  return { sources: [content], ...readMode({ mode }, option) };
}

/** statfs(2) */
const OVERLAYFS_MAGIC = 0x794c7630;

/** What the kernel would answer with EINVAL, ELOOP or EBUSY, which say nothing. */
function readOverlay(given: Given, option: string): Details {
  const directory = (key: string, value: unknown) => checkDirectory(`${option}.${key}`, value);
  const sources = checkArray(`${option}.lower`, given.lower).map((item, index) =>
    directory(`lower[${index}]`, item),
  );
  if (sources.length === 0) throw wrongOption(`${option}.lower`, 'one directory or more', []);
  if ((given.upper === undefined) !== (given.work === undefined)) {
    throw new SandboxError(`The option "${option}" needs "upper" and "work" together`, { option });
  }
  refuseOverlaps(option, sources);
  if (given.upper === undefined) return { sources };
  const upper = directory('upper', given.upper);
  const work = directory('work', given.work);
  refuseOverlaps(option, [...sources, upper, work]);
  if (statSync(upper).dev !== statSync(work).dev) {
    throw noOverlay(option, '"upper" and "work" lie on different file systems.');
  }
  if (statfsSync(upper).type === OVERLAYFS_MAGIC) {
    throw noOverlay(
      option,
      `${upper} lies on an overlay itself, and the kernel writes to no overlay on an overlay.`,
    );
  }
  return { sources, upper, work };
}

/**
 * Refuses a target that would have to be made on the host.
 *
 * @param own Directories that are file systems of the sandbox's own.
 */
export function checkTargets(mounts: CheckedMount[], own: string[]): void {
  const made = [...own];
  for (const { option, type, target } of mounts) {
    const isInOwn = made.some(
      (directory) => target !== directory && isAtOrBelow(target, directory),
    );
    const isThere = statusOf(`${option}.target`, target, { followLinks: false }) !== undefined;
    const missing = type === 'symlink' ? target : path.resolve(target);
    if (!isInOwn && (type === 'symlink' || !isThere)) {
      throw new SandboxError(
        type === 'symlink'
          ? `The target of "${option}" lies on the host: ${missing}`
          : `The target of "${option}" does not exist: ${missing}`,
        {
          option: `${option}.target`,
          subject: target,
          reason: 'Making it would change the host.',
          fix: 'Make it first, choose a target below a directory that "tmpfs" covers, or a "root" of its own.',
        },
      );
    }
    if (type === 'tmpfs' || type === 'overlay') made.push(target);
  }
}
