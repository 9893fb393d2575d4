import { SandboxError } from '../../errors/sandbox-error';
import type { NamespaceName } from '../../namespaces';
import type { CheckedOptions } from '../options';
import type { CheckedOffset } from './clocks';
import type { CheckedRlimit } from './rlimits';
import { seccompProgram } from './seccomp';
import { signalNumber } from './signals';

export interface ProcessSpec {
  asPid1: boolean;
  keepSession: boolean;
  cwd?: string;
  umask?: number;
  passFds: number[];
  rlimits: CheckedRlimit[];
  addCapabilities: string[];
  dropCapabilities: string[];
  noNewPrivileges: boolean;
  /** A BPF program, in hexadecimal digits. */
  filter?: string;
  /** Numbers of the only signals that are forwarded. */
  forwardSignals?: number[];
  /** Set where there is time between the two signals. */
  kill?: { signal: number; delay: number };
  monotonic?: CheckedOffset;
  boottime?: CheckedOffset;
  sysctls: [name: string, value: string][];
}

export function toProcessSpec(
  options: CheckedOptions,
  wanted: (name: NamespaceName) => boolean,
): ProcessSpec {
  const { capabilities, killSignal, killDelay, seccomp, time } = options;
  return {
    asPid1: options.asPid1 && wanted('pid'),
    keepSession: !options.newSession,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.umask === undefined ? {} : { umask: options.umask }),
    passFds: options.passFds,
    rlimits: options.rlimits,
    addCapabilities: capabilities.add,
    dropCapabilities: capabilities.drop,
    noNewPrivileges: options.noNewPrivileges,
    ...(seccomp === undefined ? {} : { filter: seccompProgram(seccomp, architecture()) }),
    ...forwardSignals(options.forwardSignals),
    ...(killDelay === 0 ? {} : { kill: { signal: signalNumber(killSignal), delay: killDelay } }),
    ...time,
    sysctls: Object.entries(options.sysctl),
  };
}

function architecture(): 'x64' | 'arm64' {
  if (process.arch === 'x64' || process.arch === 'arm64') return process.arch;
  throw new SandboxError(`There is no table of system calls for ${process.arch}`, {
    option: 'seccomp',
  });
}

function forwardSignals(choice: boolean | string[]): { forwardSignals?: number[] } {
  if (choice === true) return {};
  return { forwardSignals: choice === false ? [] : choice.map(signalNumber) };
}
