/**
 * Where the kernel tells what is in a sandbox, as raw text: cheap to read, and to compare. What it says is
 * read out of it only where it has changed (kinds.ts).
 */
import fs from 'node:fs';
import type { NamespaceName } from '../namespaces';
import { listening } from './listening';

// Taken before a test can replace them.
const { readFileSync, readdirSync } = fs;

interface Source {
  name: string;
  /** Whose things they are: those of a namespace that is not the sandbox's own are nobody's trace. */
  namespace: NamespaceName;
  read(this: void): string;
  /** What a fresh namespace says; undefined where that has to be read. */
  fresh?(this: void): string;
}

// thread-self: a namespace belongs to a thread.
const NET = '/proc/thread-self/net';

function text(path: string): string {
  return readFileSync(path, 'utf8');
}

function sysvipc(table: string): Pick<Source, 'read' | 'fresh'> {
  return {
    read() {
      const rows = text(`/proc/sysvipc/${table}`);
      // A header alone.
      return rows.indexOf('\n') === rows.length - 1 ? '' : rows;
    },
    fresh: () => '',
  };
}

export const SOURCES = [
  {
    name: 'processes',
    namespace: 'pid',
    read: () => processIds().join('\n'),
    // PID 1 and this one, which may be the same.
    fresh: () => `1\n${process.pid}`,
  },
  { name: 'mounts', namespace: 'mount', read: () => text('/proc/thread-self/mountinfo') },
  { name: 'messageQueues', namespace: 'ipc', ...sysvipc('msg') },
  { name: 'semaphores', namespace: 'ipc', ...sysvipc('sem') },
  { name: 'sharedMemory', namespace: 'ipc', ...sysvipc('shm') },
  {
    name: 'posixQueues',
    namespace: 'ipc',
    read: posixQueues,
    fresh: () => '',
  },
  { name: 'sockets', namespace: 'net', read: sockets },
  { name: 'interfaces', namespace: 'net', read: () => text(`${NET}/dev`) },
  // Routes, those to oneself included, which are addresses.
  { name: 'inetRoutes', namespace: 'net', read: () => text(`${NET}/fib_trie`) },
  { name: 'inet6Addresses', namespace: 'net', read: () => text(`${NET}/if_inet6`) },
  { name: 'inet6Routes', namespace: 'net', read: () => text(`${NET}/ipv6_route`) },
] as const satisfies readonly Source[];

export type SourceName = (typeof SOURCES)[number]['name'];
/** What each source says, of those that can be read. */
export type Readings = Partial<Record<SourceName, string>>;

/** The ids of this PID namespace's processes. */
export function processIds(): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
}

/** The number that the kernel gave last in this PID namespace, to a process or a thread. proc_loadavg(5) */
export function lastProcessId(): string {
  return text('/proc/loadavg').split(' ')[4] ?? '';
}

/** Whoever took the mount away is told by his mounts. */
function posixQueues(): string {
  return unlessUnreadable(() => readdirSync('/dev/mqueue').join('\n')) ?? '';
}

/** What listens. The tables are those of the whole machine, and slow: most files have no socket at all. */
function sockets(): string {
  if (text(`${NET}/sockstat`).startsWith('sockets: used 0\n')) return '';
  return listening((table) => text(`${NET}/${table}`));
}

/** What the sandbox's own namespaces say before the file runs. */
export function readAtStart(own: readonly NamespaceName[]): Readings {
  const readings: Readings = {};
  for (const source of SOURCES as readonly (Source & { name: SourceName })[]) {
    if (!own.includes(source.namespace)) continue;
    const said = source.fresh?.() ?? unlessUnreadable(source.read);
    // Such as those of IPv6, where the kernel has none.
    if (said !== undefined) readings[source.name] = said;
  }
  return readings;
}

function unlessUnreadable(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
