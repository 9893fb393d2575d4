/** What can be left in a sandbox, one row per kind: where it is told of, and how it is read out of that. */
import fs from 'node:fs';
import { parseMountinfo } from '../helpers/parse-mountinfo';
import { parseStat } from '../helpers/parse-stat';
import { parseSysvipc } from '../helpers/parse-sysvipc';
import { parseListening } from './listening';
import {
  parseDevices,
  parseFibAddresses,
  parseFibRoutes,
  parseIfInet6,
  parseIpv6Route,
  parseRoute,
} from './network';
import { processIds, type SourceName } from './sources';

// Taken before a test can replace them.
const { readFileSync, readdirSync, readlinkSync } = fs;

/** Something in the sandbox that was not there when the test file started. */
export interface Trace {
  kind: TraceKind;
  /** Tells it from others of its kind. */
  key: string;
  description: string;
  /** Of a process; of a socket, that of a process which has it open, where that can be told. */
  pid?: number;
}

interface Kind {
  kind: string;
  source: SourceName;
  /** All that a reading tells of. */
  parse(reading: string): Found[];
  /** Asked of what is new; undefined if it does not count after all. */
  complete?(found: Found): Found | undefined;
}

type Found = Omit<Trace, 'kind'>;

export const KINDS = [
  { kind: 'process', source: 'processes', parse: parseProcesses, complete: describeProcess },
  { kind: 'mount', source: 'mounts', parse: parseMounts },
  { kind: 'message queue', source: 'messageQueues', parse: systemV('msqid') },
  { kind: 'semaphore set', source: 'semaphores', parse: systemV('semid') },
  { kind: 'shared memory segment', source: 'sharedMemory', parse: systemV('shmid') },
  {
    kind: 'POSIX queue',
    source: 'posixQueues',
    parse: (reading) => byText(lines(reading).map((name) => `/${name}`)),
  },
  { kind: 'socket', source: 'sockets', parse: parseSockets, complete: withOwner },
  { kind: 'interface', source: 'interfaces', parse: (reading) => byText(parseDevices(reading)) },
  {
    kind: 'address',
    source: 'inetRoutes',
    parse: (reading) => byText(parseFibAddresses(reading)),
  },
  { kind: 'address', source: 'inet6Addresses', parse: (reading) => byText(parseIfInet6(reading)) },
  { kind: 'route', source: 'inetRoutes', parse: parseInetRoutes, complete: withWay },
  { kind: 'route', source: 'inet6Routes', parse: (reading) => byText(parseIpv6Route(reading)) },
] as const satisfies readonly Kind[];

export type TraceKind = (typeof KINDS)[number]['kind'];

/** What one source tells of now, and did not at the start. */
export function newIn(source: SourceName, start: string, now: string): Trace[] {
  return (KINDS as readonly (Kind & { kind: TraceKind })[])
    .filter((kind) => kind.source === source)
    .flatMap(({ kind, parse, complete = (found: Found) => found }) => {
      const known = new Set(parse(start).map(({ key }) => key));
      return parse(now)
        .filter(({ key }) => !known.has(key))
        .map(complete)
        .filter((found) => found !== undefined)
        .map((found) => ({ kind, ...found }));
    });
}

function lines(reading: string): string[] {
  return reading.split('\n').filter((line) => line !== '');
}

function byText(texts: readonly string[]): Found[] {
  return texts.map((text) => ({ key: text, description: text }));
}

function parseProcesses(reading: string): Found[] {
  return lines(reading).map((pid) => ({ key: pid, description: '', pid: Number(pid) }));
}

/** Of agents it is known that they end with their tests; a zombie has ended. */
function describeProcess(found: Found): Found | undefined {
  try {
    const { name, state } = parseStat(readFileSync(`/proc/${found.pid}/stat`, 'utf8'));
    if (name === 'ns-agent' || state === 'Z') return undefined;
    const command = readFileSync(`/proc/${found.pid}/cmdline`, 'utf8');
    const text = command.replace(/\0+$/, '').replaceAll('\0', ' ').trim();
    return { ...found, description: text || `[${name}]` };
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

function parseMounts(reading: string): Found[] {
  return parseMountinfo(reading)
    .filter(({ propagation }) => propagation.master === undefined) // else it may have come from the host
    .map(({ id, device, root, source, target, type }) => ({
      key: `${id} ${device} ${root} ${target}`,
      // As findmnt(8) shows a mount of a part of a file system: source[/part].
      description: `${root === '/' ? type : `${source}[${root}]`} on ${target}`,
    }));
}

function systemV(idColumn: string): Kind['parse'] {
  return (reading) =>
    parseSysvipc(reading).map((row) => {
      const key = (row.key as number) >>> 0;
      return {
        key: `${row[idColumn]}`,
        // As ipcs(1) shows the key.
        description: `id ${row[idColumn]} key ${key} (0x${key.toString(16).padStart(8, '0')})`,
      };
    });
}

function parseSockets(reading: string): Found[] {
  return parseListening(reading).map(({ inode, protocol, address }) => ({
    key: inode,
    description: `${protocol} ${address}`,
  }));
}

function parseInetRoutes(reading: string): Found[] {
  return parseFibRoutes(reading).map(({ route, number }) => ({
    key: `${route} ${number}`,
    description: route,
  }));
}

/** The main table's, as it says more of them. */
function withWay(found: Found): Found {
  const number = Number(found.key.split(' ').at(-1));
  const ways = parseRoute(readFileSync('/proc/thread-self/net/route', 'utf8'));
  const description = ways.filter((way) => way.startsWith(`${found.description} `))[number];
  return description === undefined ? found : { ...found, description };
}

function withOwner(found: Found): Found {
  const pid = processIds().find((each) => hasOpen(each, `socket:[${found.key}]`));
  const name = pid === undefined ? undefined : nameOf(pid);
  if (name === undefined) return found;
  return { ...found, description: `${found.description} of ${name}`, pid: Number(pid) };
}

function nameOf(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

/** Another user's descriptors may not be looked at, and a process may end meanwhile. */
function hasOpen(pid: string, what: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`) === what;
      } catch {
        return false;
      }
    });
  } catch {
    return false;
  }
}
