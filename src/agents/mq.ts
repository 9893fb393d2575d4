import { O } from './constants/files';
import { type Flags, flagsOf } from './constants/flags';
import type { Core } from './core';
import { type SignalName, signalNumber } from './signals';
import { struct } from './struct';
import { timespec } from './timespec';

// struct mq_attr and struct sigevent of the kernel.
const ATTRIBUTES = struct({
  flags: 'long',
  maxMessages: 'long',
  messageSize: 'long',
  messages: 'long',
  rest: 'bytes[32]',
});
const SIGEVENT = struct({ value: 'u64', signal: 'i32', notify: 'i32', rest: 'bytes[48]' });
const SIGEV_SIGNAL = 0;
/** What a message may have at most, unless the attributes are asked. */
const DEFAULT_SIZE = 8192;

export interface QueueAttributes {
  maxMessages: number;
  messageSize: number;
  messages: number;
  flags: number;
}

/** POSIX message queues by their descriptors. mq_overview(7) */
export class AgentMq {
  constructor(private readonly core: Core) {}

  /** A descriptor of the agent. The name begins with a slash, which the kernel itself does without. */
  open(
    name: string,
    flags: Flags<typeof O> = 'O_RDWR',
    {
      mode = 0o600,
      maxMessages,
      messageSize,
    }: { mode?: number; maxMessages?: number; messageSize?: number } = {},
  ): number {
    const attributes =
      maxMessages === undefined && messageSize === undefined
        ? null
        : ATTRIBUTES.pack({ maxMessages: maxMessages ?? 10, messageSize: messageSize ?? 8192 });
    const args = [withoutSlash(name), flagsOf(O, flags) | O.O_CLOEXEC, mode, attributes];
    return this.core.call('mq_open', args, { name });
  }

  close(fd: number): void {
    this.core.call('close', [fd], { fd });
  }

  unlink(name: string): void {
    this.core.call('mq_unlink', [withoutSlash(name)], { name });
  }

  /** Waits so many milliseconds for room; ETIMEDOUT when they are over. */
  send(fd: number, data: string | Uint8Array, { priority = 0, wait = 0 } = {}): void {
    const bytes = Buffer.from(data as string);
    const deadline = this.deadline(wait);
    this.core.call('mq_timedsend', [fd, bytes, bytes.length, priority, deadline], { fd });
  }

  receive(
    fd: number,
    { wait = 0, size = DEFAULT_SIZE }: { wait?: number; size?: number } = {},
  ): { data: Buffer; priority: number } {
    const bytes = Buffer.alloc(size);
    const priority = Buffer.alloc(4);
    const args = [fd, bytes, size, priority, this.deadline(wait)];
    const length = this.core.call('mq_timedreceive', args, { fd });
    return { data: Buffer.from(bytes.subarray(0, length)), priority: priority.readUInt32LE() };
  }

  /** Asks for a signal when a message comes into the empty queue; null takes that back. mq_notify(3) */
  notify(fd: number, signal: SignalName | null, value = 0): void {
    const event =
      signal === null
        ? null
        : SIGEVENT.pack({ value, signal: signalNumber(signal), notify: SIGEV_SIGNAL });
    this.core.call('mq_notify', [fd, event], { fd });
  }

  attributes(fd: number): QueueAttributes {
    const buffer = ATTRIBUTES.pack();
    this.core.call('mq_getsetattr', [fd, null, buffer], { fd });
    const { rest: _rest, ...attributes } = ATTRIBUTES.unpack(buffer);
    return attributes;
  }

  /** The calls take a point in time of CLOCK_REALTIME. */
  private deadline(milliseconds: number): Buffer {
    const now = Buffer.alloc(16);
    this.core.call('clock_gettime', [0, now]);
    const nanoseconds = now.readBigInt64LE() * 1_000_000_000n + now.readBigInt64LE(8);
    return timespec(nanoseconds + BigInt(milliseconds) * 1_000_000n);
  }
}

function withoutSlash(name: string): string {
  return name.startsWith('/') ? name.slice(1) : name;
}
