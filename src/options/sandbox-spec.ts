import { NAMESPACES, type NamespaceName } from '../namespaces';
import { keptPaths, type NeededPaths } from './kept-paths';
import type { BindMount, CheckedOptions } from './options';

/** user_namespaces(7): a run of ids inside that stands for a run of ids outside. */
export interface IdMapping {
  inside: number;
  outside: number;
  count: number;
}

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
  dev: boolean;
  mqueue: boolean;
  tmpfs: string[];
  /** Paths below `tmpfs` that stay visible. */
  keep: string[];
  bind: Required<BindMount>[];
  hostname?: string;
  domainname?: string;
  loopback: boolean;
  lowPorts: boolean;
}

/** Who asks for the sandbox. */
export interface Identity {
  uid: number;
  gid: number;
}

/** Every id there is: 2^32 - 1 is the kernel's "no id". */
const ALL_IDS = 4294967295;

/**
 * Options to sandbox spec.
 *
 * @param needed Paths that Jest needs: those that would be covered are kept.
 */
export function toSandboxSpec(
  options: CheckedOptions,
  needed: NeededPaths,
  { uid, gid }: Identity = currentIdentity(),
): SandboxSpec {
  const isRoot = uid === 0;
  const choices = { ...options.namespaces };
  const wanted = (name: NamespaceName) => choices[name] !== false;
  // Without root only a user namespace gives the right to create the others. user_namespaces(7)
  const needsUser = !isRoot && NAMESPACES.some(({ name }) => name !== 'user' && wanted(name));
  if (needsUser) choices.user = true;

  const mounts = wanted('mount');
  const identityMap = isRoot || !options.mapRootUser;
  // Root keeps every id; an ordinary user has one to give.
  const map = (id: number): IdMapping[] =>
    isRoot
      ? [{ inside: 0, outside: 0, count: ALL_IDS }]
      : [{ inside: identityMap ? id : 0, outside: id, count: 1 }];

  const tmpfs = mounts ? options.tmpfs : [];
  return {
    namespaces: NAMESPACES.map(({ name }) => name).filter((name) => choices[name] === true),
    tryNamespaces: NAMESPACES.map(({ name }) => name).filter((name) => choices[name] === 'try'),
    uidMap: wanted('user') ? map(uid) : [],
    gidMap: wanted('user') ? map(gid) : [],
    denySetgroups: wanted('user') && !isRoot,
    proc: mounts && wanted('pid'),
    protectProc: mounts && wanted('pid') && isRoot,
    sys: mounts && wanted('net'),
    dev: mounts && options.dev === 'minimal',
    mqueue: mounts && wanted('ipc') && options.dev === 'minimal',
    tmpfs,
    keep: keptPaths(needed, tmpfs),
    bind: mounts ? options.bind : [],
    ...(wanted('uts') ? { hostname: options.hostname, domainname: options.domainname } : {}),
    loopback: wanted('net') && options.loopback,
    lowPorts: wanted('net'),
  };
}

function currentIdentity(): Identity {
  return { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
}
