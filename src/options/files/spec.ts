import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { NamespaceName } from '../../namespaces';
import type { CheckedOptions } from '../options';
import { isAtOrBelow, keptPaths, type NeededPaths } from './kept-paths';
import type { BindMount } from './options';

export interface FileSpec {
  proc: boolean;
  /** Files below /proc that belong to real root are read-only. */
  protectProc: boolean;
  sys: boolean;
  /** The host's /sys is read-only. */
  protectSys: boolean;
  dev: boolean;
  mqueue: boolean;
  tmpfs: string[];
  /** Made below `tmpfs`, open to all. */
  directories: string[];
  /** Paths below `tmpfs` that stay visible. */
  keep: string[];
  bind: Required<BindMount>[];
}

/** @param isRoot Whether files in /proc and /sys that belong to real root are the user's. */
export function toFileSpec(
  options: CheckedOptions,
  needed: NeededPaths,
  isRoot: boolean,
  wanted: (name: NamespaceName) => boolean,
): FileSpec {
  const mounts = wanted('mount');
  const tmpfs = mounts ? coveredDirectories(options) : [];
  const covers = mounts && options.dev === 'minimal' ? [...tmpfs, '/dev'] : tmpfs;
  const keep = keptPaths(needed, covers);
  return {
    proc: mounts && wanted('pid'),
    protectProc: mounts && isRoot,
    sys: mounts && wanted('net'),
    protectSys: mounts && !wanted('net') && isRoot,
    dev: mounts && options.dev === 'minimal',
    mqueue: mounts && wanted('ipc') && (options.dev === 'minimal' || existsSync('/dev/mqueue')),
    tmpfs,
    directories: temporaryDirectory(tmpfs, keep),
    keep,
    bind: mounts ? options.bind : [],
  };
}

/** Parents before children. With an IPC namespace /dev/shm belongs to them: POSIX shared memory is files. */
function coveredDirectories({ tmpfs, namespaces }: CheckedOptions): string[] {
  const shared = namespaces.ipc === false ? [] : ['/dev/shm'];
  return [...new Set([...tmpfs, ...shared])].sort((a, b) => a.length - b.length);
}

/** $TMPDIR, where it lies below a covered directory: programs expect it to be there. */
function temporaryDirectory(tmpfs: string[], keep: string[]): string[] {
  const directory = path.resolve(os.tmpdir());
  const isVisible = tmpfs.includes(directory) || keep.some((kept) => isAtOrBelow(directory, kept));
  return !isVisible && tmpfs.some((cover) => isAtOrBelow(directory, cover)) ? [directory] : [];
}
