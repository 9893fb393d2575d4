import { getSystemErrorMap } from 'node:util';
import { attempt } from '../channel/attempt';
import { hintFor } from '../errors/pitfalls';
import { errnoName, SandboxError } from '../errors/sandbox-error';

/** A set-up step failed. */
export interface StepFailed {
  type: 'failed';
  step: string;
  subject: string;
  errno: number;
}

/** A namespace that was only to be tried could not be had. */
interface NamespaceMissing {
  type: 'missing';
  namespace: string;
  errno: number;
}

/** Something was to be had by lesser means only. */
interface FellBack {
  type: 'fallback';
  wanted: string;
  instead: string;
  errno: number;
}

/** Set-up is done, the command runs. `init` is PID 1 as the host counts. */
interface Ready {
  type: 'ready';
  init: number;
  /** When each step was reached, in microseconds of CLOCK_MONOTONIC. */
  micros: Milestones;
}

/** In this order; some may be missing. */
export type Milestones = Partial<
  Record<'started' | 'cloned' | 'mapped' | 'setUp' | 'launched', number>
>;

/** The command ended; what it left was killed. */
export interface Exited {
  type: 'exited';
  code: number | null;
  signal: number | null;
  userMicros: number;
  systemMicros: number;
  maxRssKib: number;
  left: { pid: number; command: string }[];
  /** The first of the files that came into overlays which vanish, or went from them. */
  written: { path: string; isRemoved: boolean }[];
  /** How many there are in all. */
  writtenCount: number;
}

/** What the sandbox used of its limits, as far as its cgroups count it. */
export interface Used {
  type: 'used';
  /** Bytes. */
  memoryPeak?: number;
  /** Processes that the kernel killed for want of memory. */
  oomKills?: number;
  /** Processes and threads at once. */
  pidsPeak?: number;
  /** How often fork(2) failed at the limit. */
  pidsRefused?: number;
  /** In how many periods the processors were used up. */
  cpuThrottled?: number;
}

/** All inside is stopped, and outlives us. */
interface Kept {
  type: 'kept';
}

/** PID 1 was killed from outside. */
interface InitKilled {
  type: 'init-killed';
  signal: number;
}

/** What ns-init writes on its status descriptor, one JSON object a line. */
type StatusLine =
  | StepFailed
  | NamespaceMissing
  | FellBack
  | Ready
  | Exited
  | Used
  | Kept
  | InitKilled;

type Shape = Record<string, (value: unknown) => boolean>;

/** Of each type, what it has besides. */
const SHAPES: { [Type in StatusLine['type']]: Shape } = {
  failed: { step: isText, subject: isText, errno: isNumber },
  missing: { namespace: isText, errno: isNumber },
  fallback: { wanted: isText, instead: isText, errno: isNumber },
  ready: { init: isNumber, micros: isObject },
  exited: {
    code: isNumberOrNull,
    signal: isNumberOrNull,
    left: isListOf({ pid: isNumber, command: isText }),
    written: isListOf({ path: isText, isRemoved: isBoolean }),
    writtenCount: isNumber,
  },
  used: {},
  kept: {},
  'init-killed': { signal: isNumber },
};

/** Undefined for a line that ns-init does not write. */
export function parseStatus(line: string): StatusLine | undefined {
  const parsed: unknown = attempt(() => JSON.parse(line), undefined);
  if (!isObject(parsed) || !isText(parsed.type) || !Object.hasOwn(SHAPES, parsed.type)) {
    return undefined;
  }
  const isWhole = fits(parsed, SHAPES[parsed.type as StatusLine['type']]);
  return isWhole ? (parsed as unknown as StatusLine) : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number';
}

function isNumberOrNull(value: unknown): boolean {
  return value === null || isNumber(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean';
}

function fits(value: Record<string, unknown>, shape: Shape): boolean {
  return Object.entries(shape).every(([name, check]) => check(value[name]));
}

function isListOf(shape: Shape) {
  return (value: unknown): boolean =>
    Array.isArray(value) && value.every((each) => isObject(each) && fits(each, shape));
}

/** A path, or a name: ns-init tells each byte as a character. */
export function textOf(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString();
}

/** In place of an errno: a program that ns-init started has told why, in the subject. */
const TOLD_BY_SUBJECT = -1;

/** One error for a failed step: what, errno, the confirmed cause, the fix. */
export function stepError({ step, subject, errno }: StepFailed): SandboxError {
  if (errno === TOLD_BY_SUBJECT) {
    return new SandboxError(`Could not open the sandbox: step "${step}" failed: ${subject}`, {
      step,
      subject,
      ...hintFor(step, '', subject),
    });
  }
  const code = errnoName(errno);
  const text = getSystemErrorMap().get(-errno)?.[1];
  const path = textOf(subject).trim();
  const about = path === '' ? '' : ` '${path}'`;
  return new SandboxError(
    `Could not open the sandbox: step "${step}"${about} failed with ${code}${text ? ` (${text})` : ''}`,
    { step, subject: path, errno, code, ...hintFor(step, code, path) },
  );
}
