/** The host, as a sandbox must leave it. */
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import path from 'node:path';
import { type HostFacts, hostFacts, sysctlLine } from '../../src/host/facts';

/** Beside those of namespaces: the whole machine's. */
const GLOBAL_SYSCTLS = [
  'kernel/pid_max',
  'kernel/printk',
  'kernel/core_pattern',
  'vm/swappiness',
  'vm/overcommit_memory',
];

/** What the sandboxes of the tests write, where it would lie on the host. */
const TEMPORARY_NAMES = ['/tmp/left', '/tmp/times', '/dev/shm/left', '/run/left'];

export interface HostState extends HostFacts {
  cgroups: string[];
  shm: string[];
  tmp: string[];
  sockets: string[];
  namespaces: string[];
  sandboxProcesses: string[];
}

/** Interfaces and routes are root's to change; root's own tests may run beside a user's. */
const isRoot = process.geteuid?.() === 0;

/** What of the host can be compared before and after. */
export function hostState(): HostState {
  const { sysctls, mounts, interfaces, routes } = hostFacts();
  return {
    sysctls: [...sysctls, ...GLOBAL_SYSCTLS.flatMap(sysctlLine)],
    mounts,
    interfaces: isRoot ? interfaces : [],
    routes: isRoot ? routes : [],
    ipc: ['msg', 'sem', 'shm'].flatMap((kind) => lines(`/proc/sysvipc/${kind}`)),
    cgroups: cgroupsHere(),
    shm: list('/dev/shm'),
    tmp: TEMPORARY_NAMES.filter((name) => existsSync(name)),
    sockets: lines('/proc/net/unix')
      .map((line) => line.split(' ').at(-1) as string)
      .filter((name) => name.startsWith('@') && !isAutobound(name))
      .sort(),
    namespaces: namespacesInUse(),
    sandboxProcesses: sandboxProcesses(),
  };
}

/** Without abstract sockets, of which others on the machine have some for a while. */
export function hostWithoutSockets(): HostState {
  return { ...hostState(), sockets: [] };
}

/**
 * Marks everything that this test file starts, by the environment it hands down: other sandboxes of the
 * machine are none of our business.
 */
const MARK = `NS_JEST_TEST_RUN=${process.pid}-${Date.now()}`;
process.env.NS_JEST_TEST_RUN = MARK.split('=')[1];

/** Processes that this test file has started and that are alive, as `pid command`. */
export function sandboxProcesses(): string[] {
  return markedProcesses().map((pid) => {
    const command = read(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ').trim() ?? '';
    return `${pid} ${command.slice(0, 80)}`;
  });
}

function markedProcesses(): string[] {
  return processes().filter((pid) => read(`/proc/${pid}/environ`)?.split('\0').includes(MARK));
}

/** The pids of a process's children, the oldest first. proc_pid_task(5) */
export function childrenOf(pid: number): number[] {
  return (read(`/proc/${pid}/task/${pid}/children`) ?? '').split(' ').filter(Boolean).map(Number);
}

/** Waits for what the kernel does in its own time, such as the end of killed processes. */
export async function eventually(check: () => boolean, timeoutMs = 20_000): Promise<boolean> {
  const end = Date.now() + timeoutMs;
  while (Date.now() < end) {
    if (check()) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return check();
}

function namespacesInUse(): string[] {
  const found = markedProcesses().flatMap((pid) =>
    ['net', 'mnt', 'pid', 'ipc', 'uts', 'user', 'cgroup', 'time'].flatMap((name) => {
      try {
        return [readlinkSync(`/proc/${pid}/ns/${name}`)];
      } catch {
        // Ended meanwhile, or another user's.
        return [];
      }
    }),
  );
  return [...new Set(found)].sort();
}

function processes(): string[] {
  return list('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
}

/**
 * Cgroups that this process could have made. Of others, in a cgroup of everybody's, only those that are
 * ours by name: whatever else runs on the machine comes and goes.
 */
function cgroupsHere(): string[] {
  const own = lines('/proc/self/cgroup').map((line) => line.split(':').slice(2).join(':'));
  const isBelowOwn = (folder: string) =>
    own.some((group) => group !== '/' && folder.includes(`${group}/`));
  return directoriesBelow('/sys/fs/cgroup', 4).filter(
    (folder) =>
      (isBelowOwn(folder) || /ns-jest|sandbox/.test(path.basename(folder))) && isOwn(folder),
  );
}

/** A name that the kernel gave: any program of the machine may have asked for one. unix(7) */
function isAutobound(name: string): boolean {
  return /^@[0-9a-f]{5}$/.test(name);
}

/** Another user's tests may run beside ours. */
export function isOwn(folder: string): boolean {
  return statSync(folder, { throwIfNoEntry: false })?.uid === process.geteuid?.();
}

function directoriesBelow(folder: string, depth: number): string[] {
  if (depth === 0) return [];
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap((entry) => {
        const child = path.join(folder, entry.name);
        return [child, ...directoriesBelow(child, depth - 1)];
      })
      .sort();
  } catch {
    return [];
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function lines(file: string): string[] {
  return (read(file) ?? '').split('\n').filter(Boolean);
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}
