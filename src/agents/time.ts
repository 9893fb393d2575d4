import { CLOCK } from './constants/processes';
import type { Core } from './core';
import type { AgentFiles } from './files';
import { struct } from './struct';
import { millisecondsSpec, readTimespec, timespec } from './timespec';

export type ClockName = Exclude<keyof typeof CLOCK, 'TIMER_ABSTIME'>;

const SYSINFO = struct({
  uptime: 'long',
  loads: 'bytes[24]',
  totalRam: 'ulong',
  freeRam: 'ulong',
  sharedRam: 'ulong',
  bufferRam: 'ulong',
  totalSwap: 'ulong',
  freeSwap: 'ulong',
  processes: 'u16',
  rest: 'bytes[38]',
});
const SIGEVENT = struct({ value: 'u64', signal: 'i32', notify: 'i32', rest: 'bytes[48]' });
const SIGEV_NONE = 1;
const FUTEX_WAIT_BITSET = 9;
const FUTEX_CLOCK_REALTIME = 256;
const ANY_BIT = 0xffff_ffff;

/** Clocks and timers of the agent, in nanoseconds. time_namespaces(7) */
export class AgentTime {
  constructor(
    private readonly core: Core,
    private readonly files: AgentFiles,
  ) {}

  /** clock_gettime(2), by the system call itself, not by the vDSO. */
  clock(clock: ClockName): bigint {
    const now = Buffer.alloc(16);
    this.core.call('clock_gettime', [CLOCK[clock], now], { clock });
    return readTimespec(now);
  }

  /** The offsets of the time namespace that the agent's children are born into. */
  offsets(): Record<string, bigint> {
    const lines = this.files.readFile('/proc/self/timens_offsets').trim().split('\n');
    return Object.fromEntries(
      lines.map((line) => {
        const [name = '', seconds = '0', nanoseconds = '0'] = line.trim().split(/\s+/);
        return [name, BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds)];
      }),
    );
  }

  /**
   * Sets them, while nobody lives there yet: `{ monotonic: 86_400 }` in seconds, or the text that the
   * file is to be given.
   */
  setOffsets(offsets: { monotonic?: number; boottime?: number } | string): void {
    const text =
      typeof offsets === 'string'
        ? offsets
        : Object.entries(offsets)
            .map(([clock, seconds]) => `${clock} ${seconds} 0\n`)
            .join('');
    this.files.writeFile('/proc/self/timens_offsets', text, { flags: 'O_WRONLY' });
  }

  /** Sleeps until a point in time of the clock. clock_nanosleep(2) */
  sleepUntil(clock: ClockName, at: bigint): void {
    this.core.call('clock_nanosleep', [CLOCK[clock], CLOCK.TIMER_ABSTIME, timespec(at), null], {
      clock,
    });
  }

  sleep(milliseconds: number): void {
    this.core.call('nanosleep', [millisecondsSpec(milliseconds), null]);
  }

  /** A descriptor that becomes readable at a point in time, or after so long. timerfd_create(2) */
  timerfd(clock: ClockName, { at, after }: { at?: bigint; after?: bigint }): number {
    const fd = this.core.call('timerfd_create', [CLOCK[clock], 0o2000000], { clock });
    const flags = at === undefined ? 0 : CLOCK.TIMER_ABSTIME;
    this.core.call('timerfd_settime', [fd, flags, expiry(at ?? after ?? 0n), null], { clock });
    return fd;
  }

  /** Waits for it, and tells how often it has expired. */
  readTimerfd(fd: number): number {
    return Number(this.files.read(fd, 8).readBigUInt64LE());
  }

  /** A POSIX timer that tells nobody. timer_create(2) */
  timer(clock: ClockName, { at, after }: { at?: bigint; after?: bigint }): number {
    const id = Buffer.alloc(4);
    this.core.call('timer_create', [CLOCK[clock], SIGEVENT.pack({ notify: SIGEV_NONE }), id], {
      clock,
    });
    const timer = id.readInt32LE();
    const flags = at === undefined ? 0 : CLOCK.TIMER_ABSTIME;
    this.core.call('timer_settime', [timer, flags, expiry(at ?? after ?? 0n), null], { clock });
    return timer;
  }

  /** How long until it expires. */
  timerRemaining(timer: number): bigint {
    const spec = Buffer.alloc(32);
    this.core.call('timer_gettime', [timer, spec], { timer });
    return readTimespec(spec, 16);
  }

  /** Waits for a futex that nobody wakes, until a point in time: ETIMEDOUT. futex(2) */
  futexWaitUntil(clock: 'CLOCK_MONOTONIC' | 'CLOCK_REALTIME', at: bigint): void {
    const operation = FUTEX_WAIT_BITSET | (clock === 'CLOCK_REALTIME' ? FUTEX_CLOCK_REALTIME : 0);
    const args = [Buffer.alloc(4), operation, 0, timespec(at), null, ANY_BIT];
    this.core.call('futex', args, { clock });
  }

  sysinfo() {
    const buffer = SYSINFO.pack();
    this.core.call('sysinfo', [buffer]);
    const { loads: _loads, rest: _rest, ...info } = SYSINFO.unpack(buffer);
    return info;
  }
}

/** struct itimerspec without an interval. */
function expiry(nanoseconds: bigint): Buffer {
  return Buffer.concat([timespec(0n), timespec(nanoseconds)]);
}
