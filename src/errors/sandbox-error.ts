import os from 'node:os';

/** What is known about a sandbox that could not be had. Facts are fields; the message is built from them. */
export interface SandboxErrorFacts {
  /** The step that failed, by its name, or the option that is wrong. */
  step?: string;
  option?: string;
  /** What the step was about: a path, a value. */
  subject?: string;
  /** Positive errno of the kernel, and its name. */
  errno?: number;
  code?: string;
  /** Why, where a probe confirmed it. */
  reason?: string;
  /** What to do about it. */
  fix?: string;
}

/** A sandbox could not be had, or ended before its file did. Never a failed test. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError';
  readonly facts: SandboxErrorFacts;

  constructor(summary: string, facts: SandboxErrorFacts = {}) {
    super([summary, facts.reason, facts.fix].filter(Boolean).join('\n  '));
    this.facts = facts;
    // The reader's business is the message; our own call stack would only hide it. Jest takes what stands
    // before the first frame for the message, and does not show this one.
    this.stack = `${this.message}\n    at <anonymous>:0:0`;
  }
}

/** `1` to `EPERM`. libuv's own table lacks several errnos, so the libc's is read. */
export function errnoName(errno: number): string {
  const found = Object.entries(os.constants.errno).find(([, number]) => number === errno);
  return found?.[0] ?? `errno ${errno}`;
}
