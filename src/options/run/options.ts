import type { Keep } from '../../channel/is-to-stay';
import { SandboxError } from '../../errors/sandbox-error';
import { checkBoolean, checkObject, checkOneOf, checkText, checkTimeout } from '../check';
import type { Room } from '../room';

/** How the file is run in its sandbox. */
export interface RunOptions {
  /** The Jest environment in force inside. Default: "node". */
  baseEnvironment?: string;
  /** `testEnvironmentOptions` for the base environment. Default: {}. */
  baseEnvironmentOptions?: Record<string, unknown>;
  /** Milliseconds that a whole file may take; then it is ended. Default: 1,800,000 (30 minutes); false: no limit. */
  timeout?: number | false;
  /** Put `ns` on the global object of the tests. Default: false. */
  global?: boolean;
  /**
   * What is done about what a file leaves in its sandbox: one more test, "leaves nothing behind", has
   * failed; it is told on standard error; nothing. Default: "report".
   */
  leaks?: 'fail' | 'report' | 'ignore';
  /** Where sandboxes cannot be had (not Linux): fail, report as skipped, or run without. Default: "fail". */
  onUnsupported?: 'fail' | 'skip' | 'run';
  /**
   * How test processes come to be: "fork", as copies of a warm one; "exec", each a Node of its own;
   * "auto", by fork where that works and the other options let it. Default: "auto", which the variable
   * NS_JEST_LAUNCH=exec makes "exec".
   */
  launch?: 'auto' | 'fork' | 'exec';
  /**
   * Whether the sandbox of a file stays when the file has ended, with its processes stopped: never, when
   * the file has failed, or always. Default: "never".
   */
  keep?: 'never' | 'on-failure' | 'always';
}

export interface CheckedRunOptions {
  baseEnvironment: string;
  baseEnvironmentOptions: Record<string, unknown>;
  timeout: number | false;
  global: boolean;
  leaks: 'fail' | 'report' | 'ignore';
  onUnsupported: 'fail' | 'skip' | 'run';
  launch: 'auto' | 'fork' | 'exec';
  keep: Keep;
}

export const runRoom: Room<CheckedRunOptions> = {
  rows: {
    baseEnvironment: { read: (value, option) => checkText(option, value), default: 'node' },
    baseEnvironmentOptions: { read: (value, option) => checkObject(option, value), default: {} },
    timeout: { read: (value, option) => checkTimeout(option, value), default: 30 * 60 * 1000 },
    global: { read: (value, option) => checkBoolean(option, value), default: false },
    leaks: {
      read: (value, option) => checkOneOf(option, ['fail', 'report', 'ignore'], value),
      default: 'report',
    },
    onUnsupported: {
      read: (value, option) => checkOneOf(option, ['fail', 'skip', 'run'], value),
      default: 'fail',
    },
    launch: {
      read: (value, option) => checkOneOf(option, ['auto', 'fork', 'exec'], value),
      default: 'auto',
    },
    keep: {
      read: (value, option) => checkOneOf(option, ['never', 'on-failure', 'always'], value),
      default: 'never',
      needs: 'pid',
    },
  },

  settle({ keep, asPid1 }) {
    if (keep === 'never' || !asPid1) return;
    throw new SandboxError('The options "keep" and "asPid1" contradict each other', {
      option: 'keep',
      reason: 'With the test process, which is PID 1 then, all of the sandbox ends.',
    });
  },
};
