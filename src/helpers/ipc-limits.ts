import { checkInteger, checkOptions } from './check';
import { readText, writeText } from './kernel-files';

/** What an IPC namespace holds at most, under the names of proc_sys_kernel(5) and mq_overview(7). */
export interface IpcLimits {
  /** Bytes of a message, bytes of a queue, queues. */
  msgmax: number;
  msgmnb: number;
  msgmni: number;
  /** Semaphores in a set, in all sets, operations in a call, sets. */
  semmsl: number;
  semmns: number;
  semopm: number;
  semmni: number;
  /** Bytes of a segment, pages of all segments, segments. */
  shmmax: number;
  shmall: number;
  shmmni: number;
  /** POSIX queues; messages of one and bytes of a message, at most and by default. */
  queues_max: number;
  msg_max: number;
  msg_default: number;
  msgsize_max: number;
  msgsize_default: number;
}

/** Which file each is in, and where in it. */
const FILES: Record<string, ReadonlyArray<keyof IpcLimits>> = {
  'kernel/msgmax': ['msgmax'],
  'kernel/msgmnb': ['msgmnb'],
  'kernel/msgmni': ['msgmni'],
  'kernel/sem': ['semmsl', 'semmns', 'semopm', 'semmni'],
  'kernel/shmmax': ['shmmax'],
  'kernel/shmall': ['shmall'],
  'kernel/shmmni': ['shmmni'],
  'fs/mqueue/queues_max': ['queues_max'],
  'fs/mqueue/msg_max': ['msg_max'],
  'fs/mqueue/msg_default': ['msg_default'],
  'fs/mqueue/msgsize_max': ['msgsize_max'],
  'fs/mqueue/msgsize_default': ['msgsize_default'],
};

function read(file: string): string[] {
  return readText(`/proc/sys/${file}`).trim().split(/\s+/);
}

/**
 * The limits of this IPC namespace. Of `shmmax` and `shmall`, which are near 2^64 unless set, the last
 * digits are lost in a number.
 *
 * @throws SystemError ENOENT if the kernel has no POSIX message queues.
 * @see proc_sys_kernel(5), mq_overview(7)
 */
function get(): IpcLimits {
  const found = Object.entries(FILES).flatMap(([file, names]) => {
    const values = read(file);
    return names.map((name, index) => [name, Number(values[index])]);
  });
  return Object.fromEntries(found) as IpcLimits;
}

/**
 * Sets limits of this IPC namespace; those left out stay.
 *
 * @throws SystemError EINVAL if the kernel does not take a value; EACCES, EPERM or EROFS without the
 *   right in the user namespace that owns this IPC namespace. Those before it are set.
 * @see proc_sys_kernel(5), mq_overview(7)
 */
function set(limits: Partial<IpcLimits>): void {
  const known = Object.values(FILES).flat();
  checkOptions('ns.ipcLimits.set', limits, known);
  for (const [file, names] of Object.entries(FILES)) {
    if (names.every((name) => limits[name] === undefined)) continue;
    const before = read(file);
    const values = names.map((name, index) => {
      const value = limits[name];
      if (value === undefined) return before[index] as string;
      // Digits, also beyond 2^53.
      return BigInt(checkInteger(name, value, { min: 0, max: 2 ** 64 })).toString();
    });
    writeText(`/proc/sys/${file}`, values.join(' '));
  }
}

export const ipcLimits = { get, set };
