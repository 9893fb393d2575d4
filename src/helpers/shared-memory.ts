import { callNative } from '../native/load';
import { checkBytes, checkInteger, checkOptions } from './check';
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

/** A segment of System V shared memory. */
export interface SharedMemorySegment extends SystemVObject {
  /** In bytes. */
  size: number;
  /** How many times it is attached to a process. */
  attached: number;
}

export interface SharedMemoryCreateOptions extends SystemVCreateOptions {
  /** In bytes, 1 or more. The bytes are 0 at first. */
  size: number;
}

/**
 * Creates a segment of System V shared memory.
 *
 * @throws SystemError EEXIST if the key is taken, EINVAL if the size is above the kernel's limit,
 *   ENOSPC at the limit of segments.
 * @see shmget(2)
 */
function create(options: SharedMemoryCreateOptions): { id: number; key: number } {
  checkOptions('ns.sharedMemory.create', options, ['size', ...CREATE_OPTIONS]);
  const size = checkInteger('size of the segment', options.size, { min: 1 });
  const { key, flags } = createArguments(options);
  return { id: callNative('shmget', [toKeyT(key), size, flags], { key, size }), key };
}

/**
 * The segment of System V shared memory of a key.
 *
 * @throws SystemError ENOENT if there is none, EACCES if it may not be used.
 * @see shmget(2)
 */
function open(options: SystemVOpenOptions): { id: number; key: number } {
  const key = checkOpenKey(checkOptions('ns.sharedMemory.open', options, ['key']));
  return { id: callNative('shmget', [toKeyT(key), 0, 0], { key }), key };
}

/**
 * The segments of System V shared memory of this IPC namespace. POSIX shared memory is not among
 * them: that is files in /dev/shm.
 *
 * @throws SystemError if /proc/sysvipc cannot be read.
 * @see sysvipc(7), proc_sysvipc(5)
 */
function list(): SharedMemorySegment[] {
  return listObjects('shm', 'shmid', (row) => ({
    size: row.size as number,
    attached: row.nattch as number,
  }));
}

/**
 * Removes a segment; while it is attached somewhere it stays, without its key, until it no longer is.
 *
 * @throws SystemError EINVAL if there is no such segment, EPERM if it is another user's.
 * @see shmctl(2), IPC_RMID
 */
function remove(id: number): void {
  callNative('shmctlRemove', [checkId('shared memory segment', id)], { id });
}

/**
 * Copies bytes out of a segment.
 *
 * @param range offset and length in bytes.
 * @throws RangeError if it reaches beyond the segment.
 * @throws SystemError EINVAL if there is no such segment, EACCES if it may not be read.
 * @see shmop(2)
 */
function read(id: number, range: { offset?: number; length: number }): Buffer {
  checkId('shared memory segment', id);
  checkOptions('ns.sharedMemory.read', range, ['offset', 'length']);
  const offset = checkInteger('offset', range.offset ?? 0, { min: 0 });
  const length = checkInteger('length', range.length, { min: 0 });
  return callNative('shmRead', [id, offset, length], { id });
}

/**
 * Copies bytes into a segment.
 *
 * @param data text is written as UTF-8, without a NUL at its end.
 * @param options the offset in bytes; 0 by default.
 * @throws RangeError if it reaches beyond the segment.
 * @throws SystemError EINVAL if there is no such segment, EACCES if it may not be written.
 * @see shmop(2)
 */
function write(id: number, data: string | Uint8Array, options: { offset?: number } = {}): void {
  checkId('shared memory segment', id);
  checkOptions('ns.sharedMemory.write', options, ['offset']);
  const offset = checkInteger('offset', options.offset ?? 0, { min: 0 });
  callNative('shmWrite', [id, offset, checkBytes('data', data)], { id });
}

export const sharedMemory = { create, open, list, remove, read, write };
