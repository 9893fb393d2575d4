import { callNative } from '../native/load';
import {
  checkBoolean,
  checkBytes,
  checkInteger,
  checkMode,
  checkOptions,
  checkText,
  checkWait,
} from './check';
import { DISPOSE } from './dispose';
import { closeFile, readDirectory, readStatus, readText, unless } from './kernel-files';
import { mounts } from './mounts';

/** A POSIX message queue, as the mqueue file system shows it. */
export interface PosixQueue {
  /** With its leading slash. */
  name: string;
  /** Permission bits. */
  mode: number;
  uid: number;
  gid: number;
}

export interface PosixQueueCreateOptions {
  /** A slash and then 1 to 255 bytes without another slash. */
  name: string;
  /** Most messages it holds; /proc/sys/fs/mqueue/msg_default by default. */
  maxMessages?: number;
  /** Most bytes of a message; /proc/sys/fs/mqueue/msgsize_default by default. */
  messageSize?: number;
  /** Permission bits, from which the umask is taken away; 0o600 by default. */
  mode?: number;
  /** Whether a queue of that name that exists already is an error, EEXIST. True by default. */
  exclusive?: boolean;
}

export interface PosixQueueAttributes {
  maxMessages: number;
  messageSize: number;
  /** Messages in the queue now. */
  messages: number;
}

export interface PosixMessageToSend {
  /** Text is sent as UTF-8. */
  data: string | Uint8Array;
  /** From 0, the default, to 32767; higher ones are received first. */
  priority?: number;
  /** Milliseconds to wait for room; 0, not to wait, by default. */
  wait?: number;
}

export interface ReceivedPosixMessage {
  data: Buffer;
  priority: number;
}

/** A registration for one notification. `using` closes it. */
export interface PosixQueueNotification {
  /**
   * Blocks until a message has come into the empty queue, or so many milliseconds have passed: then
   * false. It is one notification, and the registration ends with it.
   */
  wait(milliseconds: number): boolean;
  /** Ends the registration. A second time does nothing. */
  close(): void;
  [Symbol.dispose](): void;
}

const MOUNT_POINT = '/dev/mqueue';
const O_RDWR = 0o2;
const O_CREAT = 0o100;
const O_EXCL = 0o200;
const MAX_NAME_BYTES = 255;
/** MQ_PRIO_MAX - 1, mq_overview(7). */
const MAX_PRIORITY = 32_767;

function checkQueueName(value: unknown): string {
  const name = checkText('name of the queue', value);
  const bytes = Buffer.byteLength(name) - 1;
  if (!/^\/[^/]+$/.test(name) || bytes > MAX_NAME_BYTES) {
    throw new TypeError(
      `Expected the name of the queue to be a slash and then 1 to ${MAX_NAME_BYTES} bytes without ` +
        `another slash, got '${name}'`,
    );
  }
  return name;
}

function limit(name: 'msg_default' | 'msgsize_default'): number {
  return Number(readText(`/proc/sys/fs/mqueue/${name}`));
}

/**
 * Creates a POSIX message queue.
 *
 * @throws SystemError EEXIST if the name is taken, EINVAL if a size is above the kernel's limit,
 *   ENOSPC at the limit of queues, EMFILE at RLIMIT_MSGQUEUE.
 * @see mq_open(3), mq_overview(7)
 */
function create(options: PosixQueueCreateOptions): void {
  checkOptions('ns.posixQueues.create', options, [
    'name',
    'maxMessages',
    'messageSize',
    'mode',
    'exclusive',
  ]);
  const name = checkQueueName(options.name);
  const mode = checkMode(options.mode ?? 0o600);
  const exclusive = checkBoolean('exclusive option', options.exclusive ?? true);
  const maxMessages = checkInteger('maxMessages', options.maxMessages ?? limit('msg_default'), {
    min: 1,
  });
  const messageSize = checkInteger('messageSize', options.messageSize ?? limit('msgsize_default'), {
    min: 1,
  });
  const flags = O_RDWR | O_CREAT | (exclusive ? O_EXCL : 0);
  callNative('mqOpen', [name, flags, mode, maxMessages, messageSize], { path: name });
}

/** Throws unless /dev/mqueue shows the queues of this IPC namespace. */
function expectMounted(): void {
  const mount = unless(['ENOENT'], () => mounts.get(MOUNT_POINT));
  if (mount?.type !== 'mqueue') {
    throw new Error(
      `Cannot list the POSIX message queues: no mqueue file system is mounted on ${MOUNT_POINT}. ` +
        `Mount one: ns.mounts.mount({ type: 'mqueue', target: '${MOUNT_POINT}' })`,
    );
  }
  // An mqueue mount shows the queues of the namespace it was made in, for ever: mq_overview(7).
  const own = callNative('mqDevice', [`/ns-jest-probe-${process.pid}`]);
  if (readStatus(MOUNT_POINT).dev !== own) {
    throw new Error(
      `Cannot list the POSIX message queues: the mqueue file system on ${MOUNT_POINT} is another ` +
        `IPC namespace's. Mount one: ns.mounts.mount({ type: 'mqueue', target: '${MOUNT_POINT}' })`,
    );
  }
}

/**
 * The POSIX message queues of this IPC namespace, by name.
 *
 * @throws Error if /dev/mqueue is not the mqueue file system of this IPC namespace.
 * @see mq_overview(7)
 */
function list(): PosixQueue[] {
  expectMounted();
  return readDirectory(MOUNT_POINT)
    .sort()
    .flatMap((name) => {
      // One may be unlinked between the two steps.
      const status = unless(['ENOENT'], () => readStatus(`${MOUNT_POINT}/${name}`));
      if (status === undefined) return [];
      return [{ name: `/${name}`, mode: status.mode & 0o777, uid: status.uid, gid: status.gid }];
    });
}

/**
 * Removes a queue's name; the queue goes when nobody has it open any more.
 *
 * @throws SystemError ENOENT if there is none, EACCES if it is another user's.
 * @see mq_unlink(3)
 */
function remove(name: string): void {
  callNative('mqUnlink', [checkQueueName(name)], { path: name });
}

/**
 * Puts a message into a queue.
 *
 * @throws SystemError ENOENT if there is no such queue, EAGAIN if it is full, ETIMEDOUT if it stayed
 *   so, EMSGSIZE if the message is too long for it.
 * @see mq_send(3)
 */
function send(name: string, message: PosixMessageToSend): void {
  checkQueueName(name);
  checkOptions('ns.posixQueues.send', message, ['data', 'priority', 'wait']);
  const data = checkBytes('data of the message', message.data);
  const priority = checkInteger('priority', message.priority ?? 0, { min: 0, max: MAX_PRIORITY });
  callNative('mqSend', [name, data, priority, checkWait(message.wait ?? 0)], { path: name });
}

/**
 * Takes the oldest of the messages of the highest priority out of a queue.
 *
 * @param options wait: milliseconds to wait for a message; 0, not to wait, by default.
 * @throws SystemError ENOENT if there is no such queue, EAGAIN if it is empty, ETIMEDOUT if it
 *   stayed so.
 * @see mq_receive(3)
 */
function receive(name: string, options: { wait?: number } = {}): ReceivedPosixMessage {
  checkQueueName(name);
  checkOptions('ns.posixQueues.receive', options, ['wait']);
  return callNative('mqReceive', [name, checkWait(options.wait ?? 0)], { path: name });
}

/**
 * A queue's limits, and how many messages it holds.
 *
 * @throws SystemError ENOENT if there is no such queue, EACCES if it may not be read.
 * @see mq_getattr(3)
 */
function attributes(name: string): PosixQueueAttributes {
  return callNative('mqAttributes', [checkQueueName(name)], { path: name });
}

/**
 * Asks to be told when a message comes into the queue while it is empty and nobody waits to receive:
 * once, and one process a queue. Any other use that this process makes of the queue, but to send, ends
 * the registration: the kernel takes the closing of a descriptor for that.
 *
 * @throws SystemError EBUSY if a process is registered already, ENOENT if there is no such queue.
 * @see mq_notify(3)
 */
function notify(name: string): PosixQueueNotification {
  const path = checkQueueName(name);
  const { queue, socket } = callNative('mqNotify', [path], { path });
  let isOpen = true;
  const close = () => {
    if (!isOpen) return;
    isOpen = false;
    closeFile(queue);
    closeFile(socket);
  };
  return {
    wait(milliseconds) {
      checkWait(milliseconds);
      if (!isOpen) throw new TypeError(`The registration for queue '${path}' is closed`);
      return callNative('mqNotified', [socket, milliseconds]);
    },
    close,
    [DISPOSE]: close,
  };
}

export const posixQueues = { create, list, remove, send, receive, attributes, notify };
