import { callNative } from '../native/load';
import { checkBoolean, checkInteger, checkOptions, checkWait } from './check';
import {
  CREATE_OPTIONS,
  checkId,
  checkOpenKey,
  createArguments,
  IPC_NOWAIT,
  listObjects,
  type SystemVCreateOptions,
  type SystemVObject,
  type SystemVOpenOptions,
  toKeyT,
} from './system-v';
import { waitFor } from './wait-for';

/** A set of System V semaphores. */
export interface SemaphoreSet extends SystemVObject {
  /** Semaphores in the set. */
  count: number;
}

export interface SemaphoreCreateOptions extends SystemVCreateOptions {
  /** Semaphores in the set, 1 or more. Their values are 0 at first. */
  count: number;
}

/** One semaphore of a set. */
export interface SemaphoreState {
  value: number;
  /** The process that changed it last; 0 if none has, or if it is not of this PID namespace. */
  pid: number;
  /** How many wait for its value to grow, and for it to be 0. */
  waitingForIncrease: number;
  waitingForZero: number;
}

/** A step of semop(2). */
export interface SemaphoreOperation {
  /** Counted from 0; the first by default. */
  index?: number;
  /** Added to the value, which must not come below 0; 0 waits for the value to be 0. */
  by: number;
  /** Take it back when this process ends. False by default. */
  undo?: boolean;
}

const SEM_UNDO = 0x1000;

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

/**
 * One semaphore of a set: its value, who changed it last and how many wait.
 *
 * @param index counted from 0; the first by default.
 * @throws SystemError EINVAL if there is no such set or semaphore.
 * @see semctl(2), GETVAL, GETPID, GETNCNT, GETZCNT
 */
function get(id: number, index = 0): SemaphoreState {
  return callNative('semctlStates', [checkId('semaphore set', id), checkIndex(index)], {
    id,
    index,
  });
}

/**
 * Changes semaphores of a set, all at once or none.
 *
 * @param options wait: milliseconds to wait until all can be done; 0, not to wait, by default.
 * @throws SystemError EAGAIN if they could not be done, EFBIG if there is no such semaphore, EINVAL or
 *   EIDRM if there is no such set, ERANGE beyond 32767, E2BIG for more than /proc/sys/kernel/sem allows.
 * @see semop(2)
 */
function operate(
  id: number,
  operations: SemaphoreOperation | readonly SemaphoreOperation[],
  options: { wait?: number } = {},
): void {
  checkId('semaphore set', id);
  checkOptions('ns.semaphores.operate', options, ['wait']);
  const steps = [operations].flat().map((operation) => {
    checkOptions('a semaphore operation', operation, ['index', 'by', 'undo']);
    const undo = checkBoolean('undo option', operation.undo ?? false);
    return {
      index: checkInteger('index of the semaphore', operation.index ?? 0, { min: 0, max: 65_535 }),
      by: checkInteger('number to add', operation.by, { min: -32_768, max: MAX_VALUE }),
      flags: IPC_NOWAIT | (undo ? SEM_UNDO : 0),
    };
  });
  waitFor(checkWait(options.wait ?? 0), 'EAGAIN', () => callNative('semop', [id, steps], { id }));
}

export const semaphores = { create, open, list, remove, getValue, setValue, get, operate };
