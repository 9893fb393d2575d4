import os from 'node:os';
import { SandboxError } from '../../errors/sandbox-error';
import { checkKeys, wrongOption } from '../check';

/** Seconds, with a fraction if need be; or both parts. Negative: the clock is behind. */
export type ClockOffset = number | { secs: number; nanos?: number };

/** How far the clocks inside are from those outside. time_namespaces(7) */
export interface ClockOffsets {
  /** CLOCK_MONOTONIC: `process.hrtime()`, `performance.now()`, timers. */
  monotonic?: ClockOffset;
  /** CLOCK_BOOTTIME: `os.uptime()`. */
  boottime?: ClockOffset;
}

/** As the kernel writes it: nanos counts forward, from 0 to 999,999,999. */
export interface CheckedOffset {
  secs: number;
  nanos: number;
}

export interface CheckedOffsets {
  monotonic?: CheckedOffset;
  boottime?: CheckedOffset;
}

const NANOS_PER_SECOND = 1e9;

/** Half of the kernel's KTIME_SEC_MAX: farther no clock may be. ktime.h */
const MAX_SECONDS = 4_611_686_018;

/** What the clocks say out here, in seconds. */
const CLOCKS = {
  monotonic: () => Number(process.hrtime.bigint()) / NANOS_PER_SECOND,
  boottime: () => os.uptime(),
};

export function readClockOffsets(value: unknown, option: string): CheckedOffsets {
  const names = ['monotonic', 'boottime'] as const;
  const given = checkKeys(option, value, names);
  const offsets: CheckedOffsets = {};
  for (const name of names) {
    if (given[name] === undefined) continue;
    const offset = readOffset(given[name], `${option}.${name}`);
    checkRange(`${option}.${name}`, name, offset);
    offsets[name] = offset;
  }
  if (Object.keys(offsets).length === 0) {
    throw wrongOption(option, 'an object with "monotonic" or "boottime"', value);
  }
  return offsets;
}

function readOffset(value: unknown, option: string): CheckedOffset {
  if (typeof value === 'number' && Number.isFinite(value)) return fromSeconds(value);
  if (typeof value !== 'object' || value === null) {
    throw wrongOption(option, 'seconds, or { secs, nanos }', value);
  }
  const { secs, nanos = 0 } = checkKeys(option, value, ['secs', 'nanos']);
  if (!Number.isSafeInteger(secs)) throw wrongOption(`${option}.secs`, 'a whole number', secs);
  if (!Number.isInteger(nanos) || Number(nanos) < 0 || Number(nanos) >= NANOS_PER_SECOND) {
    throw wrongOption(`${option}.nanos`, 'a whole number from 0 to 999999999', nanos);
  }
  return { secs: secs as number, nanos: nanos as number };
}

/** -1.5 is two seconds back and half of one forward. */
export function fromSeconds(seconds: number): CheckedOffset {
  const secs = Math.floor(seconds);
  const nanos = Math.round((seconds - secs) * NANOS_PER_SECOND);
  // The fraction may round up to a whole second, which is not the kernel's to read.
  return nanos === NANOS_PER_SECOND ? { secs: secs + 1, nanos: 0 } : { secs, nanos };
}

function checkRange(option: string, name: keyof typeof CLOCKS, offset: CheckedOffset): void {
  const now = CLOCKS[name]();
  const then = now + offset.secs + offset.nanos / NANOS_PER_SECOND;
  if (then >= 0 && then <= MAX_SECONDS) return;
  throw new SandboxError(
    `The option "${option}" would move the clock ${then < 0 ? 'below zero' : 'out of its range'}`,
    {
      option,
      code: 'ERANGE',
      reason: `It stands at ${now.toFixed(3)} s now.`,
      fix: `Choose from ${-Math.floor(now)} to ${Math.floor(MAX_SECONDS - now)} seconds.`,
    },
  );
}
