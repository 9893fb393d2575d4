import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { NamespaceName } from '../../namespaces';
import { isFresh } from '../namespaces/options';
import { networkRoom } from '../network/options';
import type { CheckedOptions } from '../options';
import { unpackedRoot } from './archive';
import { etcFiles } from './etc-files';
import { broughtPaths, checkCovered, isAtOrBelow, keptPaths, type NeededPaths } from './kept-paths';
import { type Library, nodeLibraries } from './libraries';
import type { CheckedMount } from './mounts';
import type { CheckedTmpfs } from './options';
import { type CheckedRoot, isForeign } from './root';

export interface FileSpec {
  root: CheckedRoot;
  propagation: CheckedOptions['propagation'];
  proc: boolean;
  /** Files below /proc that belong to real root are read-only. */
  protectProc: boolean;
  sys: boolean;
  /** The host's /sys is read-only. */
  protectSys: boolean;
  dev: 'minimal' | 'none' | undefined;
  mqueue: boolean;
  tmpfs: Pick<CheckedTmpfs, 'path' | 'data'>[];
  /** Made below `tmpfs`, open to all. */
  directories: string[];
  /** Paths of the host's that would be hidden and stay visible. */
  keep: { path: string; readonly: boolean }[];
  /** Put where the root has none. */
  lend: Library[];
  mounts: CheckedMount[];
  masked: string[];
  readonly: string[];
}

/** What no mount namespace needs. */
const NO_MOUNTS: FileSpec = {
  root: { kind: 'host', layers: [], readonly: false },
  propagation: 'private',
  proc: false,
  protectProc: false,
  sys: false,
  protectSys: false,
  dev: undefined,
  mqueue: false,
  tmpfs: [],
  directories: [],
  keep: [],
  lend: [],
  mounts: [],
  masked: [],
  readonly: [],
};

/** @param isRoot Whether files in /proc and /sys that belong to real root are the user's. */
export function toFileSpec(
  options: CheckedOptions,
  needed: NeededPaths,
  isRoot: boolean,
  wanted: (name: NamespaceName) => boolean,
): FileSpec {
  if (!wanted('mount')) return NO_MOUNTS;
  const { root } = options;
  const tmpfs = coveredDirectories(options);
  const covers = tmpfs.map((cover) => cover.path);
  const keep = keptOf(options, needed, covers);
  const mounts = [...etcMounts(options, wanted('uts')), ...options.mounts, ...options.bind];
  checkHidden(options, needed, mounts);
  return {
    root: root.archive === undefined ? root : { ...root, layers: [unpackedRoot(root.archive)] },
    propagation: options.propagation,
    // Of one that is joined, too.
    proc: options.namespaces.pid !== false,
    protectProc: isRoot,
    sys: wanted('net'),
    protectSys: !wanted('net') && isRoot,
    dev: options.dev === 'host' ? undefined : options.dev,
    mqueue: wanted('ipc') && (options.dev !== 'host' || existsSync('/dev/mqueue')),
    tmpfs,
    directories: temporaryDirectory(
      covers,
      keep.map((kept) => kept.path),
    ),
    keep,
    lend: isForeign(root) ? nodeLibraries() : [],
    mounts,
    masked: options.maskedPaths,
    readonly: options.readonlyPaths,
  };
}

/** Parents before children. With an IPC namespace /dev/shm belongs to them: POSIX shared memory is files. */
function coveredDirectories({ tmpfs, namespaces, root }: CheckedOptions): FileSpec['tmpfs'] {
  const all = new Map(tmpfs.map(({ path: directory, data }) => [directory, data]));
  if (isFresh(namespaces.ipc) && !all.has('/dev/shm')) all.set('/dev/shm', undefined);
  return [...all]
    .map(([directory, data]) => {
      const chosen = data ?? (isForeign(root) ? usualMode(directory) : undefined);
      return { path: directory, ...(chosen === undefined ? {} : { data: chosen }) };
    })
    .sort((a, b) => a.path.length - b.path.length);
}

/** Of directories that the root may not have. */
function usualMode(directory: string): string {
  return ['/tmp', '/var/tmp', '/dev/shm'].includes(directory) ? 'mode=1777' : 'mode=755';
}

function keptOf(
  { root, dev }: CheckedOptions,
  needed: NeededPaths,
  tmpfs: string[],
): FileSpec['keep'] {
  const covers = dev === 'host' ? tmpfs : [...tmpfs, '/dev'];
  const keep = keptPaths(needed, covers);
  if (root.kind === 'host') return keep.map((file) => ({ path: file, readonly: false }));
  const isCovered = (file: string) => covers.some((directory) => isAtOrBelow(file, directory));
  return broughtPaths(needed, isForeign(root) ? () => true : isCovered);
}

/** A root of its own has none of the host's names; the host's tree has them unless others are wanted. */
function etcMounts(options: CheckedOptions, ownNames: boolean): CheckedMount[] {
  const all = isForeign(options.root);
  const isNamed =
    all || options.hosts !== undefined || options.hostname !== networkRoom.rows.hostname.default;
  return etcFiles({
    hosts: options.hosts,
    dns: options.dns,
    hostname: ownNames && isNamed ? options.hostname : undefined,
    all,
  }).map(({ target, content }) => ({
    option: target === '/etc/resolv.conf' ? 'dns' : 'hosts',
    type: 'file',
    target,
    sources: [content],
    readonly: false,
    dev: false,
  }));
}

/** What may hide something: a link or a directory does not. */
const COVERING = ['bind', 'tmpfs', 'proc', 'sysfs', 'devpts', 'mqueue', 'overlay', 'file'];

function checkHidden(options: CheckedOptions, needed: NeededPaths, mounts: CheckedMount[]): void {
  const covering = mounts.filter(({ type }) => COVERING.includes(type));
  const named = (option: string) => (file: string, index: number) => ({
    option: `${option}[${index}]`,
    path: file,
  });
  // What is bound onto itself is there still.
  const isOntoItself = ({ type, sources, target }: CheckedMount) =>
    type === 'bind' && sources[0] === target;
  checkCovered(
    [...needed.folders, process.execPath],
    [
      ...covering.filter((mount) => !isOntoItself(mount)).map(placeOf),
      ...options.maskedPaths.map(named('maskedPaths')),
    ],
    (file) => `hides ${file}, which Jest itself needs`,
  );
  checkCovered(
    needed.written,
    [
      ...covering.filter((mount) => isOntoItself(mount) && mount.readonly).map(placeOf),
      ...options.readonlyPaths.map(named('readonlyPaths')),
    ],
    (file) => `makes ${file} read-only, which Jest itself writes to`,
  );
}

function placeOf({ option, target }: CheckedMount): { option: string; path: string } {
  return { option, path: target };
}

/** $TMPDIR, where it lies below a covered directory: programs expect it to be there. */
function temporaryDirectory(tmpfs: string[], keep: string[]): string[] {
  const directory = path.resolve(os.tmpdir());
  const isVisible = tmpfs.includes(directory) || keep.some((kept) => isAtOrBelow(directory, kept));
  return !isVisible && tmpfs.some((cover) => isAtOrBelow(directory, cover)) ? [directory] : [];
}
