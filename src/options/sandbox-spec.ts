import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { NAMESPACES, type NamespaceName } from '../namespaces';
import { currentIdentity, type Identity, type IdMapping } from './identity';
import { isAtOrBelow, keptPaths, type NeededPaths } from './kept-paths';
import type { BindMount, CheckedOptions } from './options';

/** The plain, validated, serialisable description of a sandbox. */
export interface SandboxSpec {
  namespaces: NamespaceName[];
  tryNamespaces: NamespaceName[];
  uidMap: IdMapping[];
  gidMap: IdMapping[];
  denySetgroups: boolean;
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
  hostname?: string;
  domainname?: string;
  loopback: boolean;
  lowPorts: boolean;
}

/**
 * Options to sandbox spec.
 *
 * @param needed Paths that Jest needs: those that would be covered are kept.
 */
export function toSandboxSpec(
  options: CheckedOptions,
  needed: NeededPaths,
  { uid, gid, all }: Identity = currentIdentity(),
): SandboxSpec {
  const choices = { ...options.namespaces };
  const wanted = (name: NamespaceName) => choices[name] !== false;
  // Without root only a user namespace gives the right to create the others. user_namespaces(7)
  const needsUser =
    all === undefined && NAMESPACES.some(({ name }) => name !== 'user' && wanted(name));
  if (needsUser) choices.user = true;

  const mounts = wanted('mount');
  const own = (id: number): IdMapping[] => [
    { inside: options.mapRootUser ? 0 : id, outside: id, count: 1 },
  ];
  const tmpfs = mounts ? coveredDirectories(options) : [];
  const covers = mounts && options.dev === 'minimal' ? [...tmpfs, '/dev'] : tmpfs;
  const keep = keptPaths(needed, covers);
  return {
    namespaces: NAMESPACES.map(({ name }) => name).filter((name) => choices[name] === true),
    tryNamespaces: NAMESPACES.map(({ name }) => name).filter((name) => choices[name] === 'try'),
    uidMap: wanted('user') ? (all?.uids ?? own(uid)) : [],
    gidMap: wanted('user') ? (all?.gids ?? own(gid)) : [],
    denySetgroups: wanted('user') && all === undefined,
    proc: mounts && wanted('pid'),
    protectProc: mounts && uid === 0,
    sys: mounts && wanted('net'),
    protectSys: mounts && !wanted('net') && uid === 0,
    dev: mounts && options.dev === 'minimal',
    mqueue: mounts && wanted('ipc') && (options.dev === 'minimal' || existsSync('/dev/mqueue')),
    tmpfs,
    directories: temporaryDirectory(tmpfs, keep),
    keep,
    bind: mounts ? options.bind : [],
    ...(wanted('uts') ? { hostname: options.hostname, domainname: options.domainname } : {}),
    loopback: wanted('net') && options.loopback,
    lowPorts: wanted('net'),
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
