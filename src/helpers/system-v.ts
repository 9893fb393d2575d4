import { checkBoolean, checkInteger, checkMode } from './check';
import { readText } from './kernel-files';
import { parseSysvipc, type SysvipcRow } from './parse-sysvipc';

// What the three kinds of System V IPC objects have in common. sysvipc(7)

/** An object's numbers that mean the same in all three kinds. */
export interface SystemVObject {
  id: number;
  /** From 0 to 2^32 - 1, as ipcs(1) prints it; 0 is IPC_PRIVATE, which any number of objects have. */
  key: number;
  /** Permission bits. */
  mode: number;
  uid: number;
  gid: number;
}

/** What creating any of the three kinds takes. */
export interface SystemVCreateOptions {
  /** From 0 to 2^32 - 1; IPC_PRIVATE, which is 0 and always makes a new object, by default. */
  key?: number;
  /** Permission bits; 0o600 by default. */
  mode?: number;
  /** Whether an object of that key that exists already is an error, EEXIST. True by default. */
  exclusive?: boolean;
}

/** What opening an existing object takes. */
export interface SystemVOpenOptions {
  /** From 1 to 2^32 - 1. */
  key: number;
}

export const CREATE_OPTIONS = ['key', 'mode', 'exclusive'] as const;
const IPC_CREAT = 0o1000;
const IPC_EXCL = 0o2000;
export const IPC_NOWAIT = 0o4000;
const MAX_KEY = 2 ** 32 - 1;

/** The id is the kernel's: slot and sequence number in an int. */
export function checkId(what: string, value: unknown): number {
  return checkInteger(`id of the ${what}`, value, { min: 0, max: 2 ** 31 - 1 });
}

/** The key and flags for msgget(2), semget(2) and shmget(2). */
export function createArguments(options: SystemVCreateOptions): { key: number; flags: number } {
  const key = checkInteger('key', options.key ?? 0, { min: 0, max: MAX_KEY });
  const mode = checkMode(options.mode ?? 0o600);
  const exclusive = checkBoolean('exclusive option', options.exclusive ?? true);
  return { key, flags: IPC_CREAT | (exclusive ? IPC_EXCL : 0) | mode };
}

export function checkOpenKey({ key }: SystemVOpenOptions): number {
  return checkInteger('key', key, { min: 1, max: MAX_KEY });
}

/** key_t is an int; the numbers that ipcs(1) prints are not negative. */
export function toKeyT(key: number): number {
  return key | 0;
}

/** The rows of one table, with what all three kinds have. The id's column is named after the kind. */
export function listObjects<Extra>(
  table: 'msg' | 'sem' | 'shm',
  idColumn: string,
  extra: (row: SysvipcRow) => Extra,
): Array<SystemVObject & Extra> {
  return parseSysvipc(readText(`/proc/sysvipc/${table}`)).map((row) => ({
    id: row[idColumn] as number,
    key: (row.key as number) >>> 0,
    // Above the permission bits, shared memory has flags: SHM_DEST and SHM_LOCKED. shmctl(2)
    mode: (row.perms as number) & 0o777,
    uid: row.uid as number,
    gid: row.gid as number,
    ...extra(row),
  }));
}
