import { getSystemErrorMap } from 'node:util';
import { hintFor } from '../errors/hints';
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

/** PID 1 was killed from outside. */
interface InitKilled {
  type: 'init-killed';
  signal: number;
}

/** What ns-init writes on its status descriptor, one JSON object a line. */
type StatusLine = StepFailed | NamespaceMissing | FellBack | Ready | Exited | Used | InitKilled;

export function parseStatus(line: string): StatusLine {
  return JSON.parse(line) as StatusLine;
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
  // ns-init tells each byte as a character.
  const path = Buffer.from(subject, 'latin1').toString().trim();
  const about = path === '' ? '' : ` '${path}'`;
  return new SandboxError(
    `Could not open the sandbox: step "${step}"${about} failed with ${code}${text ? ` (${text})` : ''}`,
    { step, subject: path, errno, code, ...hintFor(step, code, path) },
  );
}
