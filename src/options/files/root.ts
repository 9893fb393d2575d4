/** What "/" is inside. */
import { SandboxError } from '../../errors/sandbox-error';
import {
  checkAbsolutePath,
  checkArray,
  checkBoolean,
  checkObject,
  checkOneOf,
  wrongOption,
} from '../check';
import { checkDirectory, checkKeys, checkSize, refuseOverlaps, statusOf } from './values';

/** The tmpfs that takes what is written. */
interface Written {
  /** How much it takes: bytes, or a text as '64m'. Default: half of the memory. */
  size?: number | string;
}

export type RootOption =
  | 'host'
  /** The host's tree; `readonly`: but for what is mounted fresh, the project and Jest's cache. */
  | { type: 'host'; readonly?: boolean }
  /** Whatever is written vanishes. Over the host's tree, or over directories, the topmost first. */
  | ({ type: 'overlay'; lower?: string[]; readonly?: boolean } & Written)
  /** Nothing but what Jest needs and what is mounted. */
  | ({ type: 'empty'; readonly?: boolean } & Written)
  /** A directory; what is written vanishes, unless `overlay` is false. */
  | ({ type: 'directory'; source: string; readonly?: boolean; overlay?: boolean } & Written)
  /** What `docker export` or `debootstrap` writes: .tar, .tar.gz, .tar.xz, .tar.zst. */
  | ({ type: 'archive'; source: string; readonly?: boolean } & Written);

export interface CheckedRoot {
  kind: 'host' | 'host-readonly' | 'host-overlay' | 'empty' | 'layers' | 'directory';
  layers: string[];
  /** Unpacked, it is the one layer. */
  archive?: string;
  size?: string;
  readonly: boolean;
}

export const HOST_ROOT: CheckedRoot = { kind: 'host', layers: [], readonly: false };

/** Whether the tree is another than the host's, so that paths of the host's have to be brought in. */
export function isForeign({ kind }: CheckedRoot): boolean {
  return !kind.startsWith('host');
}

/** Whether mount points may be made anywhere. */
export function isOwn({ kind }: CheckedRoot): boolean {
  return kind === 'host-overlay' || kind === 'empty' || kind === 'layers';
}

type Given = Record<string, unknown>;

interface Type {
  keys: string[];
  read(given: Given, option: string): Partial<CheckedRoot> & Pick<CheckedRoot, 'kind'>;
}

const TYPES: Record<Exclude<RootOption, string>['type'], Type> = {
  host: {
    keys: ['readonly'],
    // The whole host gets read-only by other means than a root of its own.
    read: ({ readonly }) => ({ kind: readonly ? 'host-readonly' : 'host', readonly: false }),
  },
  overlay: {
    keys: ['lower', 'size', 'readonly'],
    read: ({ lower, readonly }, option) => {
      if (lower !== undefined) return { kind: 'layers', layers: readLayers(lower, option) };
      if (readonly) throw contradiction(option, 'overlay', "read-only is { type: 'host' }");
      return { kind: 'host-overlay' };
    },
  },
  empty: { keys: ['size', 'readonly'], read: () => ({ kind: 'empty' }) },
  directory: {
    keys: ['source', 'overlay', 'size', 'readonly'],
    read: (given, option) => {
      const layers = [checkDirectory(`${option}.source`, given.source)];
      if (given.overlay === undefined || checkBoolean(`${option}.overlay`, given.overlay)) {
        return { kind: 'layers', layers };
      }
      if (given.size !== undefined) {
        throw contradiction(option, 'size', 'without an overlay there is nothing of that size');
      }
      return { kind: 'directory', layers };
    },
  },
  archive: {
    keys: ['source', 'size', 'readonly'],
    read: ({ source }, option) => ({
      kind: 'layers',
      archive: checkArchive(`${option}.source`, source),
    }),
  },
};

export function readRoot(value: unknown, option: string): CheckedRoot {
  if (value === 'host') return HOST_ROOT;
  if (typeof value === 'string') {
    throw wrongOption(option, "'host' or an object such as { type: 'overlay' }", value);
  }
  const given = checkObject(option, value);
  const names = Object.keys(TYPES) as (keyof typeof TYPES)[];
  const type = TYPES[checkOneOf(`${option}.type`, names, given.type as keyof typeof TYPES)];
  checkKeys(option, given, ['type', ...type.keys]);
  const readonly = checkBoolean(`${option}.readonly`, given.readonly ?? false);
  return {
    layers: [],
    readonly,
    ...(given.size === undefined ? {} : { size: checkSize(`${option}.size`, given.size) }),
    ...type.read(given, option),
  };
}

function readLayers(value: unknown, option: string): string[] {
  const layers = checkArray(`${option}.lower`, value).map((item, index) =>
    checkDirectory(`${option}.lower[${index}]`, item),
  );
  if (layers.length === 0) {
    throw wrongOption(`${option}.lower`, 'one directory or more', value);
  }
  refuseOverlaps(option, layers);
  return layers;
}

function checkArchive(option: string, value: unknown): string {
  const file = checkAbsolutePath(option, value);
  const status = statusOf(option, file);
  if (!status?.isFile()) {
    throw new SandboxError(`The option "${option}" names no file: ${file}`, {
      option,
      subject: file,
      ...(status ? {} : { code: 'ENOENT' }),
      fix: status?.isDirectory() ? "For a directory: { type: 'directory' }." : '',
    });
  }
  return file;
}

function contradiction(option: string, key: string, why: string): SandboxError {
  return new SandboxError(`The option "${option}" contradicts itself: "${key}", but ${why}`, {
    option,
  });
}
