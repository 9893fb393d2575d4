import { describe, expect, test } from '@jest/globals';
import { initArguments } from '../../../../src/launch/init-arguments';
import { descriptorsBeside } from '../../../../src/launch/init-arguments/descriptors';
import { fromSeconds } from '../../../../src/options/processes/clocks';
import { environmentInside } from '../../../../src/options/processes/environment';
import { readOptions } from '../../../../src/options/read-options';
import { toSandboxSpec } from '../../../../src/options/sandbox-spec';

const read = (options: object) => readOptions(options as Record<string, unknown>);

/** The words of ns-init that are there because of these options. */
function words(options: object): string[] {
  const spec = (given: object) =>
    toSandboxSpec(read(given), { folders: [], written: [], others: [] });
  const all = (given: object) =>
    initArguments(spec(given), ['true'], descriptorsBeside([]), []).map(String);
  const usual = all({});
  return all(options).filter((word) => !usual.includes(word));
}

test.each<[object, string[]]>([
  [{}, []],
  [{ rlimits: { nofile: 64 } }, ['--rlimit=nofile:64:64']],
  [{ rlimits: { RLIMIT_NOFILE: { hard: 'soft' } } }, ['--rlimit=nofile::soft']],
  [
    { rlimits: { core: { soft: 0, hard: 'unlimited' }, cpu: 'hard' } },
    ['--rlimit=core:0:unlimited', '--rlimit=cpu:hard:hard'],
  ],
  [
    { capabilities: { drop: ['ALL'], add: ['NET_RAW', 'CAP_CHOWN'] } },
    ['--cap-drop=ALL', '--cap-add=CAP_NET_RAW', '--cap-add=CAP_CHOWN'],
  ],
  [{ noNewPrivileges: true }, ['--no-new-privs']],
  [{ umask: 0o27 }, ['--umask=27']],
  [{ umask: '0077' }, ['--umask=77']],
  [{ cwd: '/usr/../etc' }, ['--chdir=/etc']],
  [{ newSession: false, asPid1: true }, ['--as-pid-1', '--keep-session']],
  [{ forwardSignals: false }, ['--forward-signals=']],
  [{ forwardSignals: ['SIGTERM', 'SIGUSR1'] }, ['--forward-signals=15,10']],
  [{ killDelay: 50 }, ['--kill-signal=15', '--kill-delay=50']],
  [{ killSignal: 'SIGINT', killDelay: 50 }, ['--kill-signal=2', '--kill-delay=50']],
  [{ time: { monotonic: 1.5 } }, ['--monotonic=1:500000000']],
  [{ time: { boottime: { secs: -1, nanos: 7 } } }, ['--boottime=-1:7']],
  [
    { sysctl: { 'net.ipv4.ip_forward': 1, 'kernel.shmmax': '4096' } },
    ['--sysctl=net.ipv4.ip_forward=1', '--sysctl=kernel.shmmax=4096'],
  ],
])('%j is told ns-init', (options, expected) => {
  expect(words(options)).toEqual(expected);
});

test.each<[object, string]>([
  [
    { rlimits: { nofiles: 5 } },
    'Unknown limit "nofiles" in the option "rlimits". Did you mean "nofile"?',
  ],
  [
    { rlimits: { nofile: -1 } },
    "Expected the option \"rlimits.nofile\" to be a whole number from 0, 'unlimited', 'soft' or 'hard', got -1",
  ],
  [
    { rlimits: { nofile: { sofd: 1 } } },
    'Unknown option "rlimits.nofile.sofd". Did you mean "rlimits.nofile.soft"?',
  ],
  [
    { rlimits: { nofile: {} } },
    'Expected the option "rlimits.nofile" to be a value, or an object with "soft" or "hard", got {}',
  ],
  [{ rlimits: { nofile: 1, RLIMIT_NOFILE: 2 } }, 'has the limit "nofile" twice'],
  [{ rlimits: { as: { soft: 9, hard: 8 } } }, 'has a soft limit (9) above its hard limit (8)'],
  [
    { rlimits: { as: { soft: 'unlimited', hard: 8 } } },
    'has a soft limit (unlimited) above its hard limit (8)',
  ],
  [
    { capabilities: { add: ['CAP_SYS_ADMN'] } },
    'Unknown capability "CAP_SYS_ADMN" in the option "capabilities.add[0]". Did you mean "CAP_SYS_ADMIN"?',
  ],
  [
    { capabilities: {} },
    'Expected the option "capabilities" to be an object with "add" or "drop", got {}',
  ],
  [{ capabilities: { add: ['CHOWN'], drop: ['CAP_CHOWN'] } }, 'both adds and drops CAP_CHOWN'],
  [
    { seccomp: { deny: ['mkdirr'] } },
    'Unknown system call "mkdirr" in the option "seccomp.deny". Did you mean "mkdir"?',
  ],
  [
    { seccomp: { deny: [] } },
    'Expected the option "seccomp.deny" to be a list with at least one system call, got []',
  ],
  [{ seccomp: { action: 'kill' } }, 'to be an object with either "deny" or "allow"'],
  [
    { seccomp: { deny: ['mkdir'], allow: ['read'] } },
    'to be an object with either "deny" or "allow"',
  ],
  [
    { seccomp: { deny: ['mkdir'], action: 'trap' } },
    "Expected the option \"seccomp.action\" to be 'errno', 'kill', 'log'",
  ],
  [
    { seccomp: { deny: ['mkdir'], action: { errno: 'EPERN' } } },
    'Unknown errno "EPERN" in the option "seccomp.action.errno". Did you mean "EPERM"?',
  ],
  [
    { seccomp: { deny: ['execve'] } },
    'The option "seccomp" denies execve, so nothing could be started',
  ],
  [
    { seccomp: { allow: ['read'], action: 'kill' } },
    'The option "seccomp" denies execve, so nothing could be started',
  ],
  [{ umask: 0o1000 }, 'Expected the option "umask" to be a number from 0 to 0o777'],
  [{ umask: '089' }, 'Expected the option "umask" to be a number from 0 to 0o777'],
  [{ cwd: 'src' }, 'Expected the option "cwd" to be an absolute path'],
  [{ passFds: [2] }, 'Expected the option "passFds[0]" to be a whole number from 3'],
  [{ env: { A: 1 } }, 'Expected the option "env.A" to be a string without NUL, or null, got 1'],
  [{ env: { 'A=B': '' } }, 'The option "env" has a name that cannot be one: "A=B"'],
  [
    { killSignal: 'SIGTERN', killDelay: 1 },
    'Unknown signal "SIGTERN" in the option "killSignal". Did you mean "SIGTERM"?',
  ],
  [{ killSignal: 'SIGINT' }, 'The option "killSignal" has no effect while "killDelay" is 0'],
  [{ killDelay: -1 }, 'Expected the option "killDelay" to be a whole number from 0'],
  [{ forwardSignals: ['SIGKILL'] }, 'The option "forwardSignals" cannot forward SIGKILL'],
  [
    { forwardSignals: 'SIGTERM' },
    'Expected the option "forwardSignals" to be true, false or a list of signals',
  ],
  [
    { asPid1: true, namespaces: { pid: false } },
    'The option "asPid1" has no effect while "namespaces.pid" is false',
  ],
  [
    { time: { monotonic: 1 }, namespaces: { time: false } },
    'The option "time" has no effect while "namespaces.time" is false',
  ],
  [{ time: {} }, 'Expected the option "time" to be an object with "monotonic" or "boottime"'],
  [{ time: { monotonic: -1e9 } }, 'The option "time.monotonic" would move the clock below zero'],
  [
    { time: { boottime: 1e10 } },
    'The option "time.boottime" would move the clock out of its range',
  ],
  [
    { time: { boottime: Number.NaN } },
    'Expected the option "time.boottime" to be seconds, or { secs, nanos }',
  ],
  [
    { time: { boottime: { secs: 1, nanos: 1e9 } } },
    'Expected the option "time.boottime.nanos" to be a whole number from 0 to 999999999',
  ],
  [{ sysctl: { 'kernel.pid_max': 5 } }, 'The sysctl "kernel.pid_max" cannot be a sandbox\'s own'],
  [
    { sysctl: { 'net//.//.kernel.printk': 5 } },
    'The sysctl "net//.//.kernel.printk" cannot be a sandbox\'s own',
  ],
  [{ sysctl: { 'net.ipv4.': 5 } }, 'The sysctl "net.ipv4." cannot be a sandbox\'s own'],
  [
    { sysctl: { 'kernel.hostname': 'a' } },
    'The sysctl kernel.hostname has an option of its own: "hostname"',
  ],
  [
    { sysctl: { 'net.ipv4.ip_forward': true } },
    'Expected the option "sysctl["net.ipv4.ip_forward"]" to be a string or a whole number',
  ],
  [
    { sysctl: { 'net.ipv4.ip_forward': 1 }, namespaces: { net: false } },
    'The sysctl net.ipv4.ip_forward would be the host\'s while "namespaces.net" is false',
  ],
])('%j is refused in one sentence', (options, message) => {
  expect(() => read(options)).toThrow(message);
});

describe('offsets of clocks', () => {
  test.each([
    [0, 0, 0],
    [1.5, 1, 500_000_000],
    [-1.5, -2, 500_000_000],
    [-0.000000001, -1, 999_999_999],
    // Too close to a whole second for a nanosecond to tell.
    [0.9999999999, 1, 0],
    [-1e-12, 0, 0],
  ])('%d s is %d s and %d ns', (seconds, secs, nanos) => {
    expect(fromSeconds(seconds)).toEqual({ secs, nanos });
  });
});

describe('environment', () => {
  const outside = { PATH: '/bin', HOME: '/root', JEST_WORKER_ID: '1', NODE_ENV: 'test' };

  test('variables are laid over those outside, and taken away by null', () => {
    const env = { HOME: null, A: '1' };
    expect(environmentInside(outside, { env, clearEnv: false })).toEqual({
      PATH: '/bin',
      JEST_WORKER_ID: '1',
      NODE_ENV: 'test',
      A: '1',
    });
  });

  test('cleared, what Jest needs stays', () => {
    expect(environmentInside(outside, { env: { A: '1' }, clearEnv: true })).toEqual({
      JEST_WORKER_ID: '1',
      NODE_ENV: 'test',
      A: '1',
    });
  });
});

test("the launcher's descriptors make room for passed ones", () => {
  const [none, some] = [descriptorsBeside([]), descriptorsBeside([3, 5, 9])];
  expect(none).toEqual({ channel: 3, status: 4, lifeline: 5, debug: 6, copy: 7 });
  expect(some).toEqual({ channel: 4, status: 6, lifeline: 7, debug: 8, copy: 10 });
});
