import { SandboxError } from '../../errors/sandbox-error';
import { checkBoolean, checkInteger, checkObject, unknownOption, wrongOption } from '../check';
import type { Room } from '../room';

/** What all of a file's processes may have together. Named after the files of cgroup v2. cgroups(7) */
export interface CgroupOptions {
  /** Memory: bytes, or a text such as "64m". Over it, the kernel kills. */
  memoryMax?: number | string;
  /** Swap space beside it: bytes, or a text such as "0". */
  memorySwapMax?: number | string;
  /** Processes and threads. Over it, fork(2) fails with EAGAIN. */
  pidsMax?: number;
  /** Processors, such as 0.5; or a quota and its period in microseconds, "50000 100000". */
  cpuMax?: number | string;
  /** The share of the processors when they are wanted by others, too: 1 to 10000; the kernel's default is 100. */
  cpuWeight?: number;
  /** Do without the limits that cannot be had, and say so. Default: false. */
  try?: boolean;
  /** Tell what each file used. Default: false. */
  report?: boolean;
}

export interface LimitOptions {
  /** Limits of what the file's processes use. Default: none. */
  cgroup?: CgroupOptions;
}

export interface CheckedCgroup {
  memoryMax?: number;
  memorySwapMax?: number;
  pidsMax?: number;
  /** Microseconds that may be used in each period. */
  cpuMax?: { quota: number; period: number };
  cpuWeight?: number;
  try: boolean;
  report: boolean;
}

export interface CheckedLimitOptions {
  cgroup: CheckedCgroup | undefined;
}

export const limitRoom: Room<CheckedLimitOptions> = {
  rows: { cgroup: { read: readCgroup, default: undefined } },
};

const LIMITS: Record<string, (option: string, value: unknown) => number | CheckedCgroup['cpuMax']> =
  {
    memoryMax: (option, value) => checkSize(option, value, 1),
    memorySwapMax: (option, value) => checkSize(option, value, 0),
    // PID_MAX_LIMIT is 4194304. proc_sys_kernel(5)
    pidsMax: (option, value) => checkInteger(option, value, 1, 4_194_304),
    cpuMax: checkCpu,
    cpuWeight: (option, value) => checkInteger(option, value, 1, 10_000),
  };
const KNOWN = [...Object.keys(LIMITS), 'try', 'report'];

function readCgroup(value: unknown, option: string): CheckedCgroup {
  const checked: Record<string, unknown> = { try: false, report: false };
  for (const [key, given] of Object.entries(checkObject(option, value))) {
    const name = `${option}.${key}`;
    if (!KNOWN.includes(key)) throw unknownOption(key, KNOWN, `${option}.`);
    if (given === undefined) continue;
    checked[key] = LIMITS[key]?.(name, given) ?? checkBoolean(name, given);
  }
  if (!Object.keys(LIMITS).some((key) => checked[key] !== undefined)) {
    throw new SandboxError(`The option "${option}" names no limit`, {
      option,
      fix: `Give it one of: ${Object.keys(LIMITS).join(', ')}.`,
    });
  }
  return checked as unknown as CheckedCgroup;
}

const UNITS: Record<string, number> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

function checkSize(option: string, value: unknown, min: number): number {
  const isText = typeof value === 'string' || typeof value === 'number';
  const [, digits, unit = ''] = (isText && /^(\d+)([kmgt]?)$/i.exec(String(value))) || [];
  const bytes = Number(digits) * (UNITS[unit.toLowerCase()] as number);
  if (bytes >= min && Number.isSafeInteger(bytes)) return bytes;
  throw wrongOption(option, `bytes from ${min} on, or a text such as "64m" or "1g"`, value);
}

/** What the kernel takes, in microseconds. sched-bwc: Documentation/scheduler/sched-bwc.rst */
const PERIOD = { default: 100_000, min: 1_000, max: 1_000_000 };
const MIN_QUOTA = 1_000;

function checkCpu(option: string, value: unknown): CheckedCgroup['cpuMax'] {
  const [, ...text] = (typeof value === 'string' && /^(\d+) (\d+)$/.exec(value)) || [];
  const [quota = Number.NaN, period = PERIOD.default] =
    typeof value === 'number' ? [Math.round(value * PERIOD.default)] : text.map(Number);
  const isPeriod = period >= PERIOD.min && period <= PERIOD.max;
  if (quota >= MIN_QUOTA && isPeriod && Number.isSafeInteger(quota)) return { quota, period };
  throw wrongOption(
    option,
    `processors from 0.01 on, or a quota from ${MIN_QUOTA} and a period from ${PERIOD.min} to ${PERIOD.max} in microseconds such as "50000 100000"`,
    value,
  );
}
