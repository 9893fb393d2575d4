/** What of the host a sandbox could change, as lines that are the same as long as it is. */
import { readdirSync, readFileSync } from 'node:fs';
import { parseSysvipc } from '../helpers/parse-sysvipc';
import { parseDevices, parseIpv6Route, parseRoute } from '../traces/network';

/** Of the namespaces that sandboxes have, as far as something in them can be written. */
const SYSCTLS = [
  'kernel/hostname',
  'kernel/domainname',
  'kernel/sem',
  'kernel/shmall',
  'kernel/shmmax',
  'kernel/shmmni',
  'kernel/shm_rmid_forced',
  'kernel/msgmax',
  'kernel/msgmnb',
  'kernel/msgmni',
  'fs/mqueue/msg_max',
  'fs/mqueue/queues_max',
  'net/ipv4/ip_forward',
  'net/ipv4/ip_unprivileged_port_start',
  'net/ipv4/ping_group_range',
  'net/ipv6/conf/all/disable_ipv6',
];

const KINDS = {
  sysctls: () => SYSCTLS.flatMap((name) => sysctlLine(name)),
  mounts: () => lines('/proc/self/mountinfo'),
  ipc: () => [
    ...['msg', 'sem', 'shm'].flatMap(systemV),
    ...names('/dev/mqueue').map((name) => `POSIX queue /${name}`),
  ],
  interfaces: () => parseDevices(text('/proc/net/dev')).sort(),
  routes: () =>
    [
      ...parseRoute(text('/proc/net/route')),
      ...parseIpv6Route(text('/proc/net/ipv6_route')),
    ].sort(),
} satisfies Record<string, () => string[]>;

export type HostFacts = Record<keyof typeof KINDS, string[]>;

export function hostFacts(): HostFacts {
  const facts = Object.entries(KINDS).map(([name, list]) => [name, list()]);
  return Object.fromEntries(facts) as HostFacts;
}

/** What is no more, and what has come, below the name of its kind. Empty: nothing has changed. */
export function changesOf(before: HostFacts, now: HostFacts): string[] {
  return (Object.keys(KINDS) as (keyof HostFacts)[]).flatMap((name) => {
    const gone = before[name].filter((line) => !now[name].includes(line));
    const come = now[name].filter((line) => !before[name].includes(line));
    if (gone.length + come.length === 0) return [];
    return [name, ...gone.map((line) => `  - ${line}`), ...come.map((line) => `  + ${line}`)];
  });
}

export function sysctlLine(name: string): string[] {
  const value = text(`/proc/sys/${name}`).trim();
  return value === '' ? [] : [`${name} = ${value}`];
}

/** Without what anybody's use of an object changes. */
function systemV(table: string): string[] {
  return parseSysvipc(text(`/proc/sysvipc/${table}`)).map(
    (row) => `${table} id ${row[`${table}id`] ?? row.msqid} key ${row.key}`,
  );
}

function lines(file: string): string[] {
  return text(file)
    .split('\n')
    .filter((line) => line !== '');
}

/** What cannot be read says nothing: another user's, or what this kernel does not have. */
function text(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
