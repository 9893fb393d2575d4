import { signalName } from '../text/signal-name';
import { SIG } from './constants/files';
import { numberOf } from './constants/flags';
import { POLL_CODES, SIGNAL_CODES } from './constants/processes';
import type { Core } from './core';
import { struct } from './struct';
import { millisecondsSpec } from './timespec';
import { words } from './wire';

export type SignalName = keyof typeof SIG;

/** siginfo_t of a signal that came. sigaction(2) */
export interface SignalInfo {
  signal: string;
  code: number;
  /** `SI_USER`, `SI_MESGQ`, `POLL_IN` and so on; the number if it has no name here. */
  codeName: string;
  /** The sender; 0 if it is of no PID namespace that the agent sees. */
  pid: number;
  uid: number;
  /** What came with it: sigqueue(3), sigevent(7). */
  value: bigint;
  /** The descriptor that it is about, -1 if none. */
  fd: number;
  /** SIGCHLD: exit code or signal. */
  status: number;
}

// What the agent notes: struct SignalRecord in addon/agent/signals.cc.
const RECORD = struct({
  signal: 'i32',
  code: 'i32',
  pid: 'i32',
  uid: 'u32',
  fd: 'i32',
  status: 'i32',
  band: 'i64',
  value: 'u64',
});

// struct siginfo of the kernel, on 64 bits.
const SIGINFO_SIZE = 128;
const SET_SIZE = 8;
const SA_RESTART = 0x1000_0000;
const HOW = { block: 0, unblock: 1, set: 2 } as const;

export function signalNumber(signal: SignalName | number): number {
  return typeof signal === 'number' ? signal : numberOf(SIG, signal);
}

/** Signals sent to the agent: blocked, recorded with who sent them, or waited for. */
export class AgentSignals {
  constructor(private readonly core: Core) {}

  block(...signals: Array<SignalName | number>): void {
    this.change('block', signals);
  }

  unblock(...signals: Array<SignalName | number>): void {
    this.change('unblock', signals);
  }

  /** The blocked ones. */
  blocked(): string[] {
    const old = Buffer.alloc(SET_SIZE);
    this.core.call('rt_sigprocmask', [HOW.block, null, old, SET_SIZE]);
    return namesOfSet(old);
  }

  /** Those that came while they were blocked. */
  pending(): string[] {
    const set = Buffer.alloc(SET_SIZE);
    this.core.call('rt_sigpending', [set, SET_SIZE]);
    return namesOfSet(set);
  }

  /** From now on these are noted, for `recorded`. With `restart: false` they interrupt calls: EINTR. */
  record(signals: SignalName | readonly SignalName[], { restart = true } = {}): void {
    for (const signal of typeof signals === 'string' ? [signals] : signals) {
      const body = words(signalNumber(signal), restart ? SA_RESTART : 0);
      this.core.operate('recordSignal', 'rt_sigaction', [body], { facts: { signal } });
    }
  }

  /** What was noted since the last time. */
  recorded(): SignalInfo[] {
    const { rest } = this.core.operate('takeSignals', 'takeSignals', []);
    return Array.from({ length: rest.length / RECORD.size }, (_, index) => {
      const { band: _band, ...record } = RECORD.unpack(rest, index * RECORD.size);
      return toInfo(record);
    });
  }

  ignore(signal: SignalName): void {
    this.dispose(signal, 1n);
  }

  /** The action that the kernel takes by itself. */
  standard(signal: SignalName): void {
    this.dispose(signal, 0n);
  }

  /** Takes a pending one, or waits for it: EAGAIN when the milliseconds are over. sigtimedwait(2) */
  wait(signals: SignalName | readonly SignalName[], milliseconds: number): SignalInfo {
    const info = Buffer.alloc(SIGINFO_SIZE);
    const limit = millisecondsSpec(milliseconds);
    const set = setOf(typeof signals === 'string' ? [signals] : signals);
    this.core.call('rt_sigtimedwait', [set, info, limit, SET_SIZE]);
    return parseSiginfo(info);
  }

  private change(how: keyof typeof HOW, signals: ReadonlyArray<SignalName | number>): void {
    this.core.call('rt_sigprocmask', [HOW[how], setOf(signals), null, SET_SIZE]);
  }

  /** The kernel's own struct sigaction; without a handler it needs no restorer. */
  private dispose(signal: SignalName, handler: bigint): void {
    const action = Buffer.alloc(32);
    action.writeBigUInt64LE(handler);
    this.core.call('rt_sigaction', [signalNumber(signal), action, null, SET_SIZE], { signal });
  }
}

function setOf(signals: ReadonlyArray<SignalName | number>): Buffer {
  const bits = signals.reduce<bigint>(
    (set, signal) => set | (1n << BigInt(signalNumber(signal) - 1)),
    0n,
  );
  const set = Buffer.alloc(SET_SIZE);
  set.writeBigUInt64LE(bits);
  return set;
}

function namesOfSet(set: Buffer): string[] {
  const bits = set.readBigUInt64LE();
  return Array.from({ length: 64 }, (_, index) => index + 1)
    .filter((number) => ((bits >> BigInt(number - 1)) & 1n) === 1n)
    .map(signalName);
}

function toInfo(record: {
  signal: number;
  code: number;
  pid: number;
  uid: number;
  fd: number;
  status: number;
  value: bigint;
}): SignalInfo {
  const { signal, code, ...rest } = record;
  const codes = rest.fd === -1 ? SIGNAL_CODES : POLL_CODES;
  const codeName = Object.entries(codes).find(([, value]) => value === code)?.[0] ?? String(code);
  return { signal: signalName(signal), code, codeName, ...rest };
}

/** siginfo_t: a head of three numbers, and a union that begins at 16. */
function parseSiginfo(info: Buffer): SignalInfo {
  const signal = info.readInt32LE(0);
  const code = info.readInt32LE(8);
  const aboutDescriptor = signal !== SIG.SIGCHLD && code >= 1 && code <= 6;
  const sender = { pid: info.readInt32LE(16), uid: info.readUInt32LE(20), fd: -1 };
  return toInfo({
    ...{ signal, code },
    ...(aboutDescriptor ? { pid: 0, uid: 0, fd: info.readInt32LE(24) } : sender),
    status: signal === SIG.SIGCHLD ? info.readInt32LE(24) : 0,
    value: aboutDescriptor || signal === SIG.SIGCHLD ? 0n : info.readBigUInt64LE(24),
  });
}
