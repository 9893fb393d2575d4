import { type Argument, isPointee, MemoryLayout } from './memory';

// What crosses the channel, byte by byte. The other side: addon/agent/operations.h. Numbers are
// little-endian, as every machine is that this runs on.

export const OPERATIONS = {
  systemCall: 1,
  clone: 2,
  spawn: 3,
  recordSignal: 4,
  takeSignals: 5,
  sendDescriptors: 6,
  keepDescriptors: 7,
  startThread: 8,
} as const;

/** kMaxMessage in addon/agent/channel.h. */
export const MAX_MESSAGE = 128 * 1024;
/** What fits into one message beside its headers. */
export const MAX_DATA = 64 * 1024;
/** kMaxDescriptors. */
export const MAX_DESCRIPTORS = 16;

const HEADER_SIZE = 8;
const MAX_ARGUMENTS = 6;
const CALL_SIZE = 8 + MAX_ARGUMENTS * 8 + 8;
const ALIGNMENT = 16;

export function request(operation: number, ...parts: Uint8Array[]): Buffer {
  const header = Buffer.alloc(HEADER_SIZE);
  header.writeUInt32LE(operation);
  const whole = Buffer.concat([header, ...parts]);
  if (whole.length > MAX_MESSAGE) {
    throw new TypeError(
      `A request to an agent is at most ${MAX_MESSAGE} bytes, memory included, got ${whole.length}`,
    );
  }
  return whole;
}

export interface Answer {
  value: bigint;
  /** 0, or a positive error number. */
  error: number;
  rest: Buffer;
}

export function parseAnswer(bytes: Buffer): Answer {
  return {
    value: bytes.readBigInt64LE(0),
    error: Number(bytes.readBigInt64LE(8)),
    rest: bytes.subarray(16),
  };
}

export interface CallRequest {
  bytes: Buffer;
  /** Takes what follows an answer's header. */
  update(contents: Buffer): void;
}

/** struct CallHeader, relocations, memory. */
export function callRequest(number: number, args: readonly Argument[]): CallRequest {
  const layout = new MemoryLayout();
  const header = Buffer.alloc(CALL_SIZE);
  header.writeBigUInt64LE(BigInt(number), 0);
  if (args.length > MAX_ARGUMENTS) {
    throw new TypeError(`A system call has at most ${MAX_ARGUMENTS} arguments, got ${args.length}`);
  }
  let pointers = 0;
  for (const [index, arg] of args.entries()) {
    const at = 8 + 8 * index;
    if (isPointee(arg)) {
      pointers |= 1 << index;
      header.writeBigUInt64LE(BigInt(layout.place(arg)), at);
    } else {
      header.writeBigUInt64LE(BigInt.asUintN(64, BigInt(arg ?? 0)), at);
    }
  }
  header.writeUInt32LE(pointers, 56);
  header.writeUInt32LE(layout.relocationCount, 60);
  const table = layout.relocationTable();
  const before = HEADER_SIZE + header.length + table.length;
  const padding = Buffer.alloc((ALIGNMENT - (before % ALIGNMENT)) % ALIGNMENT);
  return {
    bytes: request(OPERATIONS.systemCall, header, table, padding, layout.contents()),
    update: (contents) => layout.update(contents),
  };
}

/** 32-bit numbers, one after the other. */
export function words(...numbers: number[]): Buffer {
  const bytes = Buffer.alloc(4 * numbers.length);
  for (const [index, number] of numbers.entries()) bytes.writeInt32LE(number | 0, 4 * index);
  return bytes;
}

export function long(number: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(number)));
  return bytes;
}

export interface CloneRequest {
  /** CLONE_* without those of threads. */
  flags: number | bigint;
  exitSignal?: number;
  setTid?: readonly number[];
  /** A descriptor of the cloning agent. */
  cgroup?: number;
  dieWithParent?: boolean;
}

export interface SpawnRequest {
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Descriptors of the agent; -1 keeps its own. */
  stdio: readonly [number, number, number];
  /** The agent itself becomes the program. */
  replace: boolean;
}

const SIGCHLD = 17;
/** kMaxLevels in addon/agent/clone.cc. */
const MAX_LEVELS = 32;

/** struct CloneRequest. */
export function cloneBody({
  flags,
  exitSignal = SIGCHLD,
  setTid = [],
  cgroup = -1,
  dieWithParent = true,
}: CloneRequest): Buffer[] {
  const levels = Array.from({ length: MAX_LEVELS }, (_, index) => setTid[index] ?? 0);
  return [long(flags), words(exitSignal, cgroup, dieWithParent ? 1 : 0, setTid.length, ...levels)];
}

/** struct SpawnRequest, and the strings behind it. */
export function spawnBody({ command, args, env, cwd, stdio, replace }: SpawnRequest): Buffer[] {
  const argv = [command, ...args];
  const variables = Object.entries(env).filter(([, value]) => value !== undefined);
  const strings = [cwd, ...argv, ...variables.map(([name, value]) => `${name}=${value}`)];
  return [
    words(...stdio, replace ? 1 : 0, argv.length, variables.length),
    Buffer.from(`${strings.join('\0')}\0`),
  ];
}
