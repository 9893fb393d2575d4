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
  /** Where sandboxes cannot be had (not Linux): fail, report as skipped, or run without. Default: "fail". */
  onUnsupported?: 'fail' | 'skip' | 'run';
  /**
   * How test processes come to be: "fork", as copies of a warm one; "exec", each a Node of its own;
   * "auto", by fork where that works and the other options let it. Default: "exec"; "auto" with the
   * variable NS_JEST_LAUNCH=fork.
   */
  launch?: 'auto' | 'fork' | 'exec';
}

export interface CheckedRunOptions {
  baseEnvironment: string;
  baseEnvironmentOptions: Record<string, unknown>;
  timeout: number | false;
  global: boolean;
  onUnsupported: 'fail' | 'skip' | 'run';
  launch: 'auto' | 'fork' | 'exec';
}

export const runRoom: Room<CheckedRunOptions> = {
  rows: {
    baseEnvironment: { read: (value, option) => checkText(option, value), default: 'node' },
    baseEnvironmentOptions: { read: (value, option) => checkObject(option, value), default: {} },
    timeout: { read: (value, option) => checkTimeout(option, value), default: 30 * 60 * 1000 },
    global: { read: (value, option) => checkBoolean(option, value), default: false },
    onUnsupported: {
      read: (value, option) => checkOneOf(option, ['fail', 'skip', 'run'], value),
      default: 'fail',
    },
    launch: {
      read: (value, option) => checkOneOf(option, ['auto', 'fork', 'exec'], value),
      default: process.env.NS_JEST_LAUNCH === 'fork' ? 'auto' : 'exec',
    },
  },
};
