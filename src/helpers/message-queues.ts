import { callNative } from '../native/load';
import { checkBytes, checkInteger, checkOptions, checkWait } from './check';
import { readText } from './kernel-files';
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

/** A System V message queue. */
export interface MessageQueue extends SystemVObject {
  /** Messages in the queue, and the bytes of all of them. */
  messages: number;
  bytes: number;
}

/** A message on its way into a queue. */
export interface MessageToSend {
  /** A positive number, by which a receiver can choose. */
  type: number;
  /** Text is sent as UTF-8. */
  data: string | Uint8Array;
  /** Milliseconds to wait for room; 0, not to wait, by default. */
  wait?: number;
}

/** A message taken out of a queue. */
export interface ReceivedMessage {
  type: number;
  data: Buffer;
}

export interface ReceiveOptions {
  /** 0 the first message; above 0 the first of that type; below 0 the first of the lowest type up to -type. */
  type?: number;
  /** Milliseconds to wait for a message; 0, not to wait, by default. */
  wait?: number;
}

/**
 * Creates a System V message queue.
 *
 * @throws SystemError EEXIST if the key is taken, ENOSPC at the limit of queues.
 * @see msgget(2)
 */
function create(options: SystemVCreateOptions = {}): { id: number; key: number } {
  checkOptions('ns.messageQueues.create', options, CREATE_OPTIONS);
  const { key, flags } = createArguments(options);
  return { id: callNative('msgget', [toKeyT(key), flags], { key }), key };
}

/**
 * The System V message queue of a key.
 *
 * @throws SystemError ENOENT if there is none, EACCES if it may not be used.
 * @see msgget(2)
 */
function open(options: SystemVOpenOptions): { id: number; key: number } {
  const key = checkOpenKey(checkOptions('ns.messageQueues.open', options, ['key']));
  return { id: callNative('msgget', [toKeyT(key), 0], { key }), key };
}

/**
 * The System V message queues of this IPC namespace.
 *
 * @throws SystemError if /proc/sysvipc cannot be read.
 * @see sysvipc(7), proc_sysvipc(5)
 */
function list(): MessageQueue[] {
  return listObjects('msg', 'msqid', (row) => ({
    messages: row.qnum as number,
    bytes: row.cbytes as number,
  }));
}

/**
 * Removes a queue with what is in it.
 *
 * @throws SystemError EINVAL if there is no such queue, EPERM if it is another user's.
 * @see msgctl(2), IPC_RMID
 */
function remove(id: number): void {
  callNative('msgctlRemove', [checkId('message queue', id)], { id });
}

/**
 * Puts a message into a queue.
 *
 * @throws SystemError EAGAIN if it stayed full, EINVAL if there is no such queue or the message is
 *   longer than /proc/sys/kernel/msgmax.
 * @see msgsnd(2)
 */
function send(id: number, message: MessageToSend): void {
  checkId('message queue', id);
  checkOptions('ns.messageQueues.send', message, ['type', 'data', 'wait']);
  const type = checkInteger('type of the message', message.type, { min: 1 });
  const data = checkBytes('data of the message', message.data);
  waitFor(checkWait(message.wait ?? 0), 'EAGAIN', () =>
    callNative('msgsnd', [id, type, data, IPC_NOWAIT], { id, type }),
  );
}

/**
 * Takes a message out of a queue.
 *
 * @throws SystemError ENOMSG if there was none, EINVAL if there is no such queue, EIDRM or EINVAL if
 *   the queue was removed meanwhile.
 * @see msgrcv(2)
 */
function receive(id: number, options: ReceiveOptions = {}): ReceivedMessage {
  checkId('message queue', id);
  checkOptions('ns.messageQueues.receive', options, ['type', 'wait']);
  const type = checkInteger('type of the message', options.type ?? 0);
  // No message can be longer than this, so none has to be cut: proc_sys_kernel(5).
  const maxBytes = Number(readText('/proc/sys/kernel/msgmax'));
  return waitFor(checkWait(options.wait ?? 0), 'ENOMSG', () =>
    callNative('msgrcv', [id, type, maxBytes, IPC_NOWAIT], { id, type }),
  );
}

export const messageQueues = { create, open, list, remove, send, receive };
