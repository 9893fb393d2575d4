import { AgentMemory } from './agent-memory';
import { type Flags, flagsOf } from './constants/flags';
import { IPC } from './constants/ipc';
import type { Core } from './core';
import { struct } from './struct';

// struct ipc64_perm, at the head of the three.
const PERMISSIONS = {
  key: 'i32',
  uid: 'u32',
  gid: 'u32',
  creatorUid: 'u32',
  creatorGid: 'u32',
  mode: 'u32',
  sequence: 'u16',
  spare: 'bytes[18]',
} as const;

const SHMID_DS = struct({
  ...PERMISSIONS,
  size: 'ulong',
  attachTime: 'long',
  detachTime: 'long',
  changeTime: 'long',
  creatorPid: 'i32',
  lastPid: 'i32',
  attached: 'ulong',
  rest: 'bytes[16]',
});
const MSQID_DS = struct({
  ...PERMISSIONS,
  sendTime: 'long',
  receiveTime: 'long',
  changeTime: 'long',
  bytes: 'ulong',
  messages: 'ulong',
  maxBytes: 'ulong',
  lastSender: 'i32',
  lastReceiver: 'i32',
  rest: 'bytes[16]',
});
// x86 left room for times of more than 64 bits.
const TIME_ROOM = process.arch === 'x64' ? ('bytes[8]' as const) : ('bytes[0]' as const);
const SEMID_DS = struct({
  ...PERMISSIONS,
  operationTime: 'long',
  room1: TIME_ROOM,
  changeTime: 'long',
  room2: TIME_ROOM,
  count: 'ulong',
  rest: 'bytes[16]',
});
const SHMINFO = struct({
  shmmax: 'ulong',
  shmmin: 'ulong',
  shmmni: 'ulong',
  shmseg: 'ulong',
  shmall: 'ulong',
  rest: 'bytes[32]',
});
const MSGINFO = struct({
  msgpool: 'i32',
  msgmap: 'i32',
  msgmax: 'i32',
  msgmnb: 'i32',
  msgmni: 'i32',
  msgssz: 'i32',
  msgtql: 'i32',
  msgseg: 'u16',
});
const SEMINFO = struct({
  semmap: 'i32',
  semmni: 'i32',
  semmns: 'i32',
  semmnu: 'i32',
  semmsl: 'i32',
  semopm: 'i32',
  semume: 'i32',
  semusz: 'i32',
  semvmx: 'i32',
  semaem: 'i32',
});
const TYPE_SIZE = 8;

export interface SemaphoreStep {
  index?: number;
  /** Added; 0 waits for the value to be 0. */
  by: number;
  flags?: Flags<typeof IPC>;
}

type IpcFlags = Flags<typeof IPC>;

/** System V IPC by its own calls: `flags` are permission bits and IPC_* names. sysvipc(7) */
export class AgentIpc {
  private readonly memory: AgentMemory;

  constructor(private readonly core: Core) {
    this.memory = new AgentMemory(core);
  }

  shmget(key: number, size = 0, flags: IpcFlags = 0, mode = 0o600): number {
    return this.core.call('shmget', [key, size, flagsOf(IPC, flags) | mode], { key });
  }

  /** The address that it is attached at, for `read` and `write`. */
  shmat(id: number, flags = 0): number {
    return this.core.call('shmat', [id, 0, flags], { id });
  }

  shmdt(address: number): void {
    this.core.call('shmdt', [address], { address: `0x${address.toString(16)}` });
  }

  read(address: number, length: number): Buffer {
    return this.memory.read(address, length);
  }

  write(address: number, data: string | Uint8Array): void {
    this.memory.write(address, data);
  }

  shmRemove(id: number): void {
    this.core.call('shmctl', [id, IPC.IPC_RMID, null], { id });
  }

  shmStat(id: number) {
    const buffer = SHMID_DS.pack();
    this.core.call('shmctl', [id, IPC.IPC_STAT, buffer], { id });
    const { spare: _spare, rest: _rest, ...status } = SHMID_DS.unpack(buffer);
    return status;
  }

  semget(key: number, count = 0, flags: IpcFlags = 0, mode = 0o600): number {
    return this.core.call('semget', [key, count, flagsOf(IPC, flags) | mode], { key });
  }

  semop(id: number, ...steps: SemaphoreStep[]): void {
    this.core.call('semop', [id, semaphoreSteps(steps), steps.length], { id });
  }

  /** semop(2) that may block: the test goes on meanwhile. */
  startSemop(id: number, ...steps: SemaphoreStep[]) {
    return this.core.startCall('semop', [id, semaphoreSteps(steps), steps.length], { id });
  }

  semGetValue(id: number, index = 0): number {
    return this.core.call('semctl', [id, index, IPC.GETVAL, 0], { id });
  }

  semSetValue(id: number, value: number, index = 0): void {
    this.core.call('semctl', [id, index, IPC.SETVAL, value], { id });
  }

  semRemove(id: number): void {
    this.core.call('semctl', [id, 0, IPC.IPC_RMID, 0], { id });
  }

  semStat(id: number) {
    const buffer = SEMID_DS.pack();
    this.core.call('semctl', [id, 0, IPC.IPC_STAT, buffer], { id });
    const { spare: _s, rest: _r, room1: _1, room2: _2, ...status } = SEMID_DS.unpack(buffer);
    return status;
  }

  msgget(key: number, flags: IpcFlags = 0, mode = 0o600): number {
    return this.core.call('msgget', [key, flagsOf(IPC, flags) | mode], { key });
  }

  msgsnd(
    id: number,
    type: number,
    data: string | Uint8Array,
    flags: IpcFlags = 'IPC_NOWAIT',
  ): void {
    const bytes = Buffer.from(data as string);
    const head = Buffer.alloc(TYPE_SIZE);
    head.writeBigInt64LE(BigInt(type));
    const message = Buffer.concat([head, bytes]);
    this.core.call('msgsnd', [id, message, bytes.length, flagsOf(IPC, flags)], { id });
  }

  msgrcv(
    id: number,
    {
      type = 0,
      flags = 'IPC_NOWAIT',
      size = 8192,
    }: { type?: number; flags?: IpcFlags; size?: number } = {},
  ): { type: number; data: Buffer } {
    const message = Buffer.alloc(TYPE_SIZE + size);
    const args = [id, message, size, type, flagsOf(IPC, flags)];
    const length = this.core.call('msgrcv', args, { id });
    return {
      type: Number(message.readBigInt64LE()),
      data: Buffer.from(message.subarray(TYPE_SIZE, TYPE_SIZE + length)),
    };
  }

  msgRemove(id: number): void {
    this.core.call('msgctl', [id, IPC.IPC_RMID, null], { id });
  }

  msgStat(id: number) {
    const buffer = MSQID_DS.pack();
    this.core.call('msgctl', [id, IPC.IPC_STAT, buffer], { id });
    const { spare: _spare, rest: _rest, ...status } = MSQID_DS.unpack(buffer);
    return status;
  }

  /** The limits of this IPC namespace, as the three calls report them: IPC_INFO. */
  info() {
    const [shm, msg, sem] = [SHMINFO.pack(), MSGINFO.pack(), SEMINFO.pack()];
    this.core.call('shmctl', [0, IPC.IPC_INFO, shm]);
    this.core.call('msgctl', [0, IPC.IPC_INFO, msg]);
    this.core.call('semctl', [0, 0, IPC.IPC_INFO, sem]);
    const { rest: _rest, ...limits } = SHMINFO.unpack(shm);
    return { shm: limits, msg: MSGINFO.unpack(msg), sem: SEMINFO.unpack(sem) };
  }
}

/** struct sembuf */
function semaphoreSteps(steps: readonly SemaphoreStep[]): Buffer {
  const bytes = Buffer.alloc(6 * steps.length);
  for (const [number, { index = 0, by, flags = 0 }] of steps.entries()) {
    bytes.writeUInt16LE(index, 6 * number);
    bytes.writeInt16LE(by, 6 * number + 2);
    bytes.writeInt16LE(flagsOf(IPC, flags), 6 * number + 4);
  }
  return bytes;
}
