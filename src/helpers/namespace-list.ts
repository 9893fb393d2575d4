import { NAMESPACES, type NamespaceName } from '../namespaces';
import { callNative } from '../native/load';
import { checkOptions } from './check';
import { readDirectory, readLink, unless } from './kernel-files';
import { mounts } from './mounts';
import { checkNamespaceName, namespaceFile } from './namespace-reference';
import { type Namespace, open } from './namespace-value';
import { processes } from './processes';

/** A namespace that can be seen from here, as lsns(8) lists it. */
export interface NamespaceEntry {
  type: NamespaceName;
  inode: number;
  /** How many of the processes in /proc are in it. */
  processes: number;
  /** The lowest of their ids, and that one's command line. */
  pid?: number;
  command?: string;
  /** The inode number of the user namespace that owns it; of a user namespace, its parent's. */
  owner?: number;
  /** Who made the user namespace; of another kind, who made its owner. */
  uid?: number;
  /** Open descriptors of this process that lead to it. */
  fds: number[];
  /** Where it is mounted: `/run/netns/blue`. */
  paths: string[];
  /** The number by which this net namespace knows it, if it has one. */
  netnsId?: number;
}

// A process may end meanwhile, and of another user's not even the link may be read.
const NOT_TO_BE_SEEN = ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'];

/** How one namespace was found. */
interface Sighting {
  type: NamespaceName;
  inode: number;
  pid?: number;
  fd?: number;
  path?: string;
}

/** `net:[4026531840]`, which /proc/PID/ns/net and descriptors say, and the root of a mount of it. */
function parseName(text: string): { type: NamespaceName; inode: number } | undefined {
  const [, file, inode] = /^(\w+):\[(\d+)\]$/.exec(text) ?? [];
  const type = NAMESPACES.find((row) => row.file === file)?.name;
  return type === undefined ? undefined : { type, inode: Number(inode) };
}

function* ofProcesses(): Generator<Sighting> {
  const pids = readDirectory('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
  for (const pid of pids) {
    for (const { name } of NAMESPACES) {
      const link = unless(NOT_TO_BE_SEEN, () => readLink(namespaceFile(pid, name)));
      const found = link === undefined ? undefined : parseName(link);
      if (found !== undefined) yield { ...found, pid };
    }
  }
}

function* ofDescriptors(): Generator<Sighting> {
  for (const fd of readDirectory('/proc/self/fd').map(Number)) {
    const link = unless(NOT_TO_BE_SEEN, () => readLink(`/proc/self/fd/${fd}`));
    const found = link === undefined ? undefined : parseName(link);
    if (found !== undefined) yield { ...found, fd };
  }
}

function* ofMounts(): Generator<Sighting> {
  for (const { type, root, target } of mounts.list()) {
    const found = type === 'nsfs' ? parseName(root) : undefined;
    if (found !== undefined) yield { ...found, path: target };
  }
}

/** Opens what was seen again, by the first way that still leads there. */
function openAgain(entry: NamespaceEntry): Namespace | undefined {
  const { type, pid, fds, paths } = entry;
  const ways = [
    ...(pid === undefined ? [] : [() => open({ namespace: type, pid })]),
    ...fds.map((fd) => () => open({ path: `/proc/self/fd/${fd}` })),
    ...paths.map((path) => () => open({ path })),
  ];
  for (const way of ways) {
    const found = unless([...NOT_TO_BE_SEEN, 'ENOTTY'], way);
    // The process may be another by now, and a mount may be covered.
    if (found?.inode === entry.inode) return found;
    found?.close();
  }
  return undefined;
}

function ownership(found: Namespace): Pick<NamespaceEntry, 'owner' | 'uid'> {
  const owner = unless(['EPERM'], () => found.owner());
  try {
    const user = found.type === 'user' ? found : owner;
    return {
      ...(owner !== undefined && { owner: owner.inode }),
      ...(user !== undefined && { uid: user.ownerUid() }),
    };
  } finally {
    owner?.close();
  }
}

function complete(entry: NamespaceEntry): NamespaceEntry {
  const found = openAgain(entry);
  if (found === undefined) return entry;
  try {
    const netnsId = found.type === 'net' ? callNative('netnsId', [found.fd]) : null;
    return { ...entry, ...ownership(found), ...(netnsId !== null && { netnsId }) };
  } finally {
    found.close();
  }
}

/**
 * The namespaces that can be seen from here, as lsns(8) does: those of the processes in /proc, of open
 * descriptors of this process, and those that are mounted.
 *
 * @param options type: of this kind only.
 * @throws SystemError if /proc cannot be read.
 * @see lsns(8), namespaces(7), ioctl_nsfs(2)
 */
export function list(options: { type?: NamespaceName } = {}): NamespaceEntry[] {
  checkOptions('ns.namespaces.list', options, ['type']);
  const wanted = options.type === undefined ? undefined : checkNamespaceName(options.type);
  const entries = new Map<number, NamespaceEntry>();
  for (const { type, inode, pid, fd, path } of [
    ...ofProcesses(),
    ...ofDescriptors(),
    ...ofMounts(),
  ]) {
    if (wanted !== undefined && type !== wanted) continue;
    const entry = entries.get(inode) ?? { type, inode, processes: 0, fds: [], paths: [] };
    entries.set(inode, entry);
    if (pid !== undefined) {
      entry.processes += 1;
      entry.pid ??= pid;
    }
    if (fd !== undefined) entry.fds.push(fd);
    if (path !== undefined) entry.paths.push(path);
  }
  const order = NAMESPACES.map(({ name }) => name as string);
  return [...entries.values()]
    .sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type) || a.inode - b.inode)
    .map(complete)
    .map((entry) => {
      const command = entry.pid === undefined ? undefined : processes.get(entry.pid)?.command;
      return command === undefined ? entry : { ...entry, command };
    });
}
