import { callNative } from '../native/load';
import { checkInteger, checkOptions } from './check';
import {
  CREATE_OPTIONS,
  checkId,
  checkOpenKey,
  createArguments,
  listObjects,
  type SystemVCreateOptions,
  type SystemVObject,
  type SystemVOpenOptions,
  toKeyT,
} from './system-v';

/** A set of System V semaphores. */
export interface SemaphoreSet extends SystemVObject {
  /** Semaphores in the set. */
  count: number;
}

export interface SemaphoreCreateOptions extends SystemVCreateOptions {
  /** Semaphores in the set, 1 or more. Their values are 0 at first. */
  count: number;
}

/** SEMVMX, the most that a semaphore can hold: semop(2). */
const MAX_VALUE = 32_767;

/**
 * Creates a set of System V semaphores.
 *
 * @throws SystemError EEXIST if the key is taken, EINVAL if the count is above the kernel's limit,
 *   ENOSPC at the limit of sets.
 * @see semget(2)
 */
function create(options: SemaphoreCreateOptions): { id: number; key: number } {
  checkOptions('ns.semaphores.create', options, ['count', ...CREATE_OPTIONS]);
  const count = checkInteger('count of semaphores', options.count, { min: 1, max: 2 ** 31 - 1 });
  const { key, flags } = createArguments(options);
  return { id: callNative('semget', [toKeyT(key), count, flags], { key, count }), key };
}

/**
 * The set of System V semaphores of a key.
 *
 * @throws SystemError ENOENT if there is none, EACCES if it may not be used.
 * @see semget(2)
 */
function open(options: SystemVOpenOptions): { id: number; key: number } {
  const key = checkOpenKey(checkOptions('ns.semaphores.open', options, ['key']));
  return { id: callNative('semget', [toKeyT(key), 0, 0], { key }), key };
}

/**
 * The sets of System V semaphores of this IPC namespace.
 *
 * @throws SystemError if /proc/sysvipc cannot be read.
 * @see sysvipc(7), proc_sysvipc(5)
 */
function list(): SemaphoreSet[] {
  return listObjects('sem', 'semid', (row) => ({ count: row.nsems as number }));
}

/**
 * Removes a set of semaphores.
 *
 * @throws SystemError EINVAL if there is no such set, EPERM if it is another user's.
 * @see semctl(2), IPC_RMID
 */
function remove(id: number): void {
  callNative('semctlRemove', [checkId('semaphore set', id)], { id });
}

function checkIndex(value: unknown): number {
  return checkInteger('index of the semaphore', value, { min: 0, max: 2 ** 31 - 1 });
}

/**
 * The value of one semaphore of a set.
 *
 * @param index counted from 0; the first by default.
 * @throws SystemError EINVAL if there is no such set or semaphore.
 * @see semctl(2), GETVAL
 */
function getValue(id: number, index = 0): number {
  return callNative('semctlGetValue', [checkId('semaphore set', id), checkIndex(index)], {
    id,
    index,
  });
}

/**
 * Sets the value of one semaphore of a set, and wakes whoever waits for it.
 *
 * @param value from 0 to 32767.
 * @param index counted from 0; the first by default.
 * @throws SystemError EINVAL if there is no such set or semaphore.
 * @see semctl(2), SETVAL
 */
function setValue(id: number, value: number, index = 0): void {
  checkInteger('value of the semaphore', value, { min: 0, max: MAX_VALUE });
  callNative('semctlSetValue', [checkId('semaphore set', id), checkIndex(index), value], {
    id,
    index,
    value,
  });
}

export const semaphores = { create, open, list, remove, getValue, setValue };
