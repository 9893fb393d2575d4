import type { CheckedOptions } from '../options';
import type { CheckedRlimit, RlimitName } from './rlimits';

interface Hint {
  option: string;
  reason: string;
}

/** The signal by which the kernel tells that a limit is reached. getrlimit(2) */
const SIGNAL_OF: { [Name in RlimitName]?: string } = { cpu: 'SIGXCPU', fsize: 'SIGXFSZ' };

/** Without enough of these Node does not start, and says so or not, each time in another way. */
const NEEDED_TO_START: RlimitName[] = ['as', 'cpu', 'data', 'memlock', 'nofile', 'nproc', 'stack'];

/** What options had to do with the end of a test process that told no result. */
export function limitsSet(
  { seccomp, rlimits }: CheckedOptions,
  signal: string | null,
  hasBegun: boolean,
): Hint | undefined {
  if (signal === 'SIGSYS' && seccomp?.action === 'kill') {
    return {
      option: 'seccomp',
      reason: 'SIGSYS is how the option "seccomp" ends a process for a system call that it denies.',
    };
  }
  const reached = rlimits.find(({ name }) => signal !== null && SIGNAL_OF[name] === signal);
  if (reached) return { option: `rlimits.${reached.name}`, reason: sentence([reached]) };
  const given = rlimits.filter(({ name }) => NEEDED_TO_START.includes(name));
  if (hasBegun) return undefined;
  if (given.length > 0) return { option: 'rlimits', reason: sentence(given) };
  if (seccomp === undefined || seccomp.action === 'log') return undefined;
  return {
    option: 'seccomp',
    reason:
      'The option "seccomp" keeps it from system calls. Node and Jest need a good many of them.',
  };
}

function sentence(limits: CheckedRlimit[]): string {
  const text = limits.map(({ name, soft, hard }) => `${name} ${soft ?? hard}`).join(', ');
  return `The option "rlimits" sets what it may have: ${text}. Node needs some of it to start.`;
}
