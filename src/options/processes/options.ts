import { SandboxError } from '../../errors/sandbox-error';
import {
  checkAbsolutePath,
  checkArray,
  checkBoolean,
  checkInteger,
  MAX_TIMEOUT_MS,
  wrongOption,
} from '../check';
import { isFresh, isJoined } from '../namespaces/options';
import type { CheckedOptions } from '../options';
import type { Room } from '../room';
import { type Capabilities, readCapabilities } from './capabilities';
import { type CheckedOffsets, type ClockOffsets, readClockOffsets } from './clocks';
import { type Environment, readEnvironment } from './environment';
import { type CheckedRlimit, type Rlimit, type RlimitName, readRlimits } from './rlimits';
import { type CheckedSeccomp, readSeccomp, type Seccomp } from './seccomp';
import { readForwardSignals, readSignal } from './signals';
import { ownerOf, readSysctls, type Sysctls } from './sysctls';

/** How the test process runs, with all that it starts, and how it is ended. */
export interface ProcessOptions {
  /** Variables of the environment, laid over those of Jest; null takes one away. Default: {}. */
  env?: Environment;
  /** Start from an empty environment, but for what Jest itself needs. Default: false. */
  clearEnv?: boolean;
  /** Working directory, inside. Default: that of Jest. */
  cwd?: string;
  /** File mode creation mask: a number, or octal digits as a string. Default: that of Jest. umask(2) */
  umask?: number | string;
  /** Descriptors of Jest's process that the test process has under the same numbers. Default: none. */
  passFds?: number[];
  /** A session of its own, out of the terminal's reach. Default: true. setsid(2) */
  newSession?: boolean;
  /** The test process itself is PID 1, without an init that reaps. Default: false. */
  asPid1?: boolean;
  /** Signals sent to ns-init that reach the test process: all, none, or these. Default: true. */
  forwardSignals?: boolean | string[];
  /** What everything inside is sent first when it has to end. Default: "SIGTERM". */
  killSignal?: string;
  /** Milliseconds from `killSignal` to SIGKILL. Default: 0, which is SIGKILL at once. */
  killDelay?: number;
  /** Limits of resources, by getrlimit(2)'s names. Default: those of Jest. */
  rlimits?: { [Name in RlimitName | `RLIMIT_${Uppercase<RlimitName>}`]?: Rlimit };
  /** Capabilities added and taken away. Default: those of whom the test process runs as. */
  capabilities?: Capabilities;
  /** No privileges by setuid programs or file capabilities. Default: false. prctl(2) */
  noNewPrivileges?: boolean;
  /** A filter of system calls. Default: none. */
  seccomp?: Seccomp;
  /** Offsets of the clocks. Default: none. */
  time?: ClockOffsets;
  /** Kernel parameters of namespaces that are the sandbox's own. Default: {}. sysctl(8) */
  sysctl?: Record<string, string | number>;
}

export interface CheckedProcessOptions {
  env: Environment;
  clearEnv: boolean;
  cwd: string | undefined;
  umask: number | undefined;
  passFds: number[];
  newSession: boolean;
  asPid1: boolean;
  forwardSignals: boolean | string[];
  killSignal: string;
  killDelay: number;
  rlimits: CheckedRlimit[];
  capabilities: Required<Capabilities>;
  noNewPrivileges: boolean;
  seccomp: CheckedSeccomp | undefined;
  time: CheckedOffsets;
  sysctl: Sysctls;
}

export const processRoom: Room<CheckedProcessOptions> = {
  rows: {
    env: { read: readEnvironment, default: {} },
    clearEnv: { read: (value, option) => checkBoolean(option, value), default: false },
    cwd: { read: (value, option) => checkAbsolutePath(option, value), default: undefined },
    umask: { read: readUmask, default: undefined },
    passFds: { read: readPassFds, default: [] },
    newSession: { read: (value, option) => checkBoolean(option, value), default: true },
    asPid1: {
      read: (value, option) => checkBoolean(option, value),
      default: false,
      needs: 'pid',
    },
    forwardSignals: { read: readForwardSignals, default: true },
    killSignal: { read: readSignal, default: 'SIGTERM' },
    killDelay: {
      read: (value, option) => checkInteger(option, value, 0, MAX_TIMEOUT_MS),
      default: 0,
    },
    rlimits: { read: readRlimits, default: [] },
    capabilities: { read: readCapabilities, default: { add: [], drop: [] } },
    noNewPrivileges: { read: (value, option) => checkBoolean(option, value), default: false },
    seccomp: { read: readSeccomp, default: undefined },
    time: { read: readClockOffsets, default: {}, needs: 'time' },
    sysctl: { read: readSysctls, default: {} },
  },

  settle(options, given) {
    checkSysctlOwners(options);
    if (given.killSignal !== undefined && options.killDelay === 0) {
      throw new SandboxError('The option "killSignal" has no effect while "killDelay" is 0', {
        option: 'killSignal',
        reason: 'Everything is killed at once then.',
        fix: 'Grant some time: killDelay: 500',
      });
    }
  },
};

/** Written without a namespace of the sandbox's own, it would be the host that changes. */
function checkSysctlOwners({ sysctl, namespaces }: CheckedOptions): void {
  for (const name of Object.keys(sysctl)) {
    const owner = ownerOf(name);
    if (owner === undefined || isFresh(namespaces[owner])) continue;
    const why = isJoined(namespaces[owner]) ? 'joins one that stays as it is' : 'is false';
    throw new SandboxError(
      `The sysctl ${name} would be the host's while "namespaces.${owner}" ${why}`,
      { option: `sysctl["${name}"]`, subject: name },
    );
  }
}

function readUmask(value: unknown, option: string): number {
  // A docblock is JSON, which has no octal numbers.
  const mask = typeof value === 'string' && /^[0-7]{1,4}$/.test(value) ? parseInt(value, 8) : value;
  if (!Number.isInteger(mask) || Number(mask) < 0 || Number(mask) > 0o777) {
    throw wrongOption(option, "a number from 0 to 0o777, or octal digits such as '022'", value);
  }
  return mask as number;
}

/** Far above what any process has open. */
const MAX_FD = 65_535;

function readPassFds(value: unknown, option: string): number[] {
  const fds = checkArray(option, value).map((item, index) =>
    // 0, 1 and 2 are Jest's.
    checkInteger(`${option}[${index}]`, item, 3, MAX_FD),
  );
  return [...new Set(fds)];
}
