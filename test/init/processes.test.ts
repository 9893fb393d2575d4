import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CAPABILITIES } from '../../src/capabilities';
import { RLIMITS } from '../../src/options/processes/rlimits';
import { eventually, type HostState, hostState, sandboxProcesses } from '../support/host';
import { FULL, IDS, run, type Started, sh, start } from '../support/ns-init';
import { NS_INIT } from '../support/package';

let before: HostState;
beforeEach(() => {
  before = hostState();
});
afterEach(async () => {
  expect(await eventually(() => sandboxProcesses().length === 0)).toBe(true);
  expect(hostState().sysctls).toEqual(before.sysctls);
});

/** Fields of /proc/self/status, by name. */
function fields({ stdout }: Started): Record<string, string> {
  return Object.fromEntries(
    stdout.split('\n').map((line) => line.split(/:\s*/) as [string, string]),
  );
}

const STATUS = sh('cat /proc/self/status');

describe('limits', () => {
  test.each(RLIMITS)('%s is a limit by that name', async (name) => {
    const { status } = await run([...FULL, `--rlimit=${name}:soft:hard`], ['true']);
    expect(status.at(-1)).toMatchObject({ type: 'exited', code: 0 });
  });

  test('bind the command, and not ns-init, whose part is to kill it', async () => {
    const limits = [
      '--rlimit=nofile:20:30',
      '--rlimit=cpu:unlimited:unlimited',
      '--rlimit=core::0',
    ];
    const { stdout } = await run([...FULL, ...limits], sh('cat /proc/self/limits /proc/1/limits'));
    const lines = stdout.split('\n').map((line) => line.split(/ {2,}/).slice(0, 3).join(' '));
    expect(lines).toContain('Max open files 20 30');
    expect(lines).toContain('Max core file size 0 0');
    expect(lines.filter((line) => line.startsWith('Max open files'))).toHaveLength(2);
    expect(lines.filter((line) => line === 'Max open files 20 30')).toHaveLength(1);
  });

  test('a hard limit is raised by who may raise it outside, and by nobody else', async () => {
    const { stdout: now } = await run([], sh('ulimit -Hn'));
    const more = Number(now) + 1;
    const { stdout, status } = await run([...FULL, `--rlimit=nofile::${more}`], sh('ulimit -Hn'));
    const may = spawnSync('prlimit', [`--nofile=1:${more}`, 'true']).status === 0;
    if (may) expect(stdout).toBe(`${more}\n`);
    else expect(status).toMatchObject([{ type: 'failed', step: 'raise limit' }]);
  });

  test.each([
    ['--rlimit=nofile::2000000000', 'raise limit', 1],
    ['--rlimit=nofile:200:100', 'set limit', 22],
  ])('an impossible one is told with the limit that there is: %s', async (word, step, errno) => {
    const { status, code } = await run([...FULL, word], sh('echo ran'));
    expect(status).toEqual([
      {
        type: 'failed',
        step,
        errno,
        subject: expect.stringMatching(/^nofile: \d+ is above the hard limit \d+$/),
      },
    ]);
    expect(code).toBe(125);
  });
});

describe('capabilities', () => {
  test('each has its name here and there', async () => {
    const words = CAPABILITIES.map((name) => `--cap-drop=${name}`);
    const { CapBnd } = fields(await run([...FULL, ...words], STATUS));
    expect(CapBnd).toBe('0000000000000000');
  });

  test('all are dropped but for one: every set has just that', async () => {
    const result = fields(await run([...FULL, '--cap-drop=ALL', '--cap-add=NET_RAW'], STATUS));
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) {
      expect([set, result[set]]).toEqual([set, '0000000000002000']);
    }
    // That of PID 1 is whole.
    const init = fields(await run([...FULL, '--cap-drop=ALL'], sh('cat /proc/1/status')));
    expect(init.CapEff).toBe(init.CapBnd);
    expect(BigInt(`0x${init.CapEff}`)).toBeGreaterThan(0n);
  });

  test('what is dropped does not come back, what is left works', async () => {
    const args = [...FULL, '--cap-drop=SYS_ADMIN'];
    const { stdout } = await run(args, sh('hostname other 2>&1; ip link set lo down && echo down'));
    expect(stdout).toMatch(/you must be root|not permitted/);
    expect(stdout).toContain('down');
  });

  test('one that is not had cannot be added', async () => {
    // Inside, the outer bounding set is what there is to have, where no user namespace is made.
    const inner = '"$0" --unshare=uts --cap-add=NET_RAW --status-fd=1 -- true';
    const { stdout } = await run([...FULL, '--cap-drop=NET_RAW'], [...sh(inner), NS_INIT]);
    expect(stdout).toBe(
      '{"type":"failed","step":"add capability","subject":"CAP_NET_RAW","errno":1}\n',
    );
  });
});

test("the mask, the directory and the promise of no new privileges are the command's", async () => {
  const args = [...FULL, '--umask=027', '--chdir=/usr', '--no-new-privs'];
  const { stdout } = await run(
    args,
    sh('umask; pwd; grep -h NoNew /proc/self/status /proc/1/status'),
  );
  expect(stdout.split('\n')).toEqual(['0027', '/usr', 'NoNewPrivs:\t1', 'NoNewPrivs:\t0', '']);
  const { status } = await run([...FULL, '--chdir=/nowhere'], ['true']);
  expect(status).toEqual([
    {
      type: 'failed',
      step: 'change directory',
      subject: '/nowhere',
      errno: os.constants.errno.ENOENT,
    },
  ]);
});

test('a session of its own, or that of the caller', async () => {
  const session = sh('cut -d" " -f6 /proc/self/stat');
  expect((await run(FULL, session)).stdout).toBe('1\n');
  // The leader is outside, so it has no number here.
  expect((await run([...FULL, '--keep-session'], session)).stdout).toBe('0\n');
});

describe('signals', () => {
  const traps = sh(
    'trap "echo usr1" USR1; trap "echo term; exit 5" TERM; echo up; while :; do sleep 0.01; done',
  );

  test('only those that are listed are forwarded', async () => {
    const { child, ended, output } = start([...FULL, '--forward-signals=15'], traps);
    await eventually(() => output().includes('up'));
    child.kill('SIGUSR1');
    child.kill('SIGTERM');
    const { stdout, code } = await ended;
    expect(stdout).toBe('up\nterm\n');
    expect(code).toBe(5);
  });

  test('or none: then only the lifeline ends it', async () => {
    const { child, ended, output, lifeline } = start([...FULL, '--forward-signals='], traps);
    await eventually(() => output().includes('up'));
    child.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 100));
    lifeline.destroy();
    expect((await ended).stdout).toBe('up\n');
  });
});

describe.each([
  ['PID 1 beside the command', []],
  ['the command as PID 1', ['--as-pid-1']],
])('time to end in: %s', (_, words) => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join('/var/tmp', 'ns-jest-end-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  // Standard output may be gone with who read it, so a file tells.
  const endsWell = (seconds: string) =>
    sh(
      `trap "sleep ${seconds}; echo well > ${folder}/end; exit" TERM; echo up; while :; do sleep 0.01; done`,
    );
  const told = () => {
    try {
      return readFileSync(path.join(folder, 'end'), 'utf8');
    } catch {
      return '';
    }
  };

  test('who catches the signal ends well', async () => {
    const started = start([...FULL, ...words, '--kill-delay=20000'], endsWell('0.2'));
    await eventually(() => started.output().includes('up'));
    started.lifeline.destroy();
    await started.ended;
    expect(told()).toBe('well\n');
  });

  test('who takes longer is killed', async () => {
    const started = start([...FULL, ...words, '--kill-delay=100'], endsWell('1000'));
    await eventually(() => started.output().includes('up'));
    const from = Date.now();
    started.lifeline.destroy();
    await started.ended;
    expect(Date.now() - from).toBeGreaterThanOrEqual(100);
    expect(told()).toBe('');
  });

  test('who is given none is killed at once', async () => {
    const started = start([...FULL, ...words], endsWell('0'));
    await eventually(() => started.output().includes('up'));
    started.lifeline.destroy();
    await started.ended;
    expect(told()).toBe('');
  });

  test('the signal may be another', async () => {
    const args = [...FULL, ...words, '--kill-signal=10', '--kill-delay=20000'];
    const script = `trap "echo usr1 > ${folder}/end; exit" USR1; echo up; while :; do sleep 0.01; done`;
    const started = start(args, sh(script));
    await eventually(() => started.output().includes('up'));
    started.lifeline.destroy();
    await started.ended;
    expect(told()).toBe('usr1\n');
  });

  test('when the supervisor is killed, nobody has any', async () => {
    const started = start([...FULL, ...words, '--kill-delay=20000'], endsWell('0'));
    await eventually(() => started.output().includes('up'));
    started.child.kill('SIGKILL');
    await started.ended;
    expect(await eventually(() => sandboxProcesses().length === 0)).toBe(true);
    expect(told()).toBe('');
  });
});

test('what the command left has the time, too', async () => {
  const leaves = '(trap "echo well; exit" TERM; echo up; while :; do sleep 0.01; done) & sleep 0.3';
  const { stdout, status } = await run([...FULL, '--kill-delay=20000'], sh(leaves));
  expect(stdout).toBe('up\nwell\n');
  expect((status.at(-1) as { left: unknown[] }).left.length).toBeGreaterThan(0);
});

describe('the command as PID 1', () => {
  const args = [...FULL, '--as-pid-1'];

  test('its end is told as ever', async () => {
    const exited = await run(args, sh('echo $$; exit 125'));
    expect(exited.stdout).toBe('1\n');
    expect(exited.code).toBe(125);
    expect(exited.status).toMatchObject([
      { type: 'ready' },
      { type: 'exited', code: 125, signal: null },
    ]);
  });

  test('what it leaves ends with it', async () => {
    const { status } = await run(args, sh('sleep 1000 & sleep 2000 & :'));
    expect(status.at(-1)).toMatchObject({ type: 'exited', code: 0, left: [] });
  });

  test('a failed exec is a failed step', async () => {
    const { status, code } = await run(args, ['/nonexistent']);
    expect(status.slice(1)).toEqual([
      { type: 'failed', step: 'exec', subject: '/nonexistent', errno: os.constants.errno.ENOENT },
    ]);
    expect(code).toBe(125);
  });

  test('a signal that it catches is forwarded, and its exit code comes back', async () => {
    const { child, ended, output } = start(
      args,
      sh('trap "exit 7" TERM; echo up; while :; do sleep 0.01; done'),
    );
    await eventually(() => output().includes('up'));
    child.kill('SIGTERM');
    expect((await ended).code).toBe(7);
  });

  test('without a PID namespace it is refused', async () => {
    const { status } = await run(['--unshare=user', ...IDS, '--as-pid-1'], ['true']);
    expect(status).toMatchObject([{ type: 'failed', step: 'become PID 1', subject: 'pid' }]);
  });
});

describe('clocks', () => {
  const offsets = sh('tr -s " " < /proc/self/timens_offsets; cut -d. -f1 /proc/uptime');

  test('are moved for the command and for PID 1', async () => {
    const { stdout } = await run([...FULL, '--monotonic=5:7', '--boottime=86400:0'], offsets);
    const [monotonic, boottime, uptime] = stdout.split('\n');
    expect(monotonic).toBe('monotonic 5 7');
    expect(boottime).toBe('boottime 86400 0');
    expect(Number(uptime) - os.uptime()).toBeGreaterThan(86_390);
    const same = sh(
      '[ $(readlink /proc/1/ns/time) = $(readlink /proc/self/ns/time) ] && echo same',
    );
    expect((await run([...FULL, '--monotonic=5:7'], same)).stdout).toBe('same\n');
  });

  test('inside a sandbox whose clocks are moved, they count from there', async () => {
    const inner = `"$0" --unshare=time --monotonic=-1:999999999 --boottime=1:0 -- ${offsets.map((word) => `'${word}'`).join(' ')}`;
    const { stdout } = await run(
      [...FULL, '--monotonic=5:7', '--boottime=86400:0'],
      [...sh(inner), NS_INIT],
    );
    expect(stdout.split('\n').slice(0, 2)).toEqual(['monotonic 5 6', 'boottime 86401 0']);
  });

  test.each([
    [FULL, '--boottime=-1000000000:0', 'move clocks', os.constants.errno.ERANGE],
    [['--unshare=user', ...IDS], '--boottime=1:0', 'move clocks', os.constants.errno.EXDEV],
  ])('what cannot be is refused: %s %s', async (args, word, step, errno) => {
    const { status } = await run([...args, word], ['true']);
    expect(status).toMatchObject([{ type: 'failed', step, errno }]);
  });
});

describe('kernel parameters', () => {
  test("are the sandbox's, and only its own", async () => {
    const { stdout } = await run(
      [
        ...FULL,
        '--protect-proc',
        '--sysctl=net.ipv4.ip_forward=1',
        '--sysctl=user.max_net_namespaces=3',
      ],
      sh('cat /proc/sys/net/ipv4/ip_forward /proc/sys/user/max_net_namespaces'),
    );
    expect(stdout).toBe('1\n3\n');
  });

  test.each([
    ['kernel.printk=1', 'write sysctl', 'kernel.printk', 'EXDEV'],
    ['net//.//.kernel.printk=1', 'write sysctl', 'net//.//.kernel.printk', 'EXDEV'],
    ['net.ipv4.nowhere=1', 'open sysctl', 'net.ipv4.nowhere', 'ENOENT'],
    ['net.ipv4.ip_forward=x', 'write sysctl', 'net.ipv4.ip_forward = x', 'EINVAL'],
  ] as const)('%s is refused', async (line, step, subject, code) => {
    const { status } = await run([...FULL, `--sysctl=${line}`], ['true']);
    expect(status).toEqual([{ type: 'failed', step, subject, errno: os.constants.errno[code] }]);
  });

  test.each([
    ['user,mount,pid,net', 'fs.mqueue.msg_max=5'],
    ['user,mount,pid,ipc', 'net.ipv4.ip_forward=1'],
  ])("with --unshare=%s, the host's %s is out of reach", async (namespaces, line) => {
    const { status } = await run([`--unshare=${namespaces}`, ...IDS, `--sysctl=${line}`], ['true']);
    expect(status).toMatchObject([{ type: 'failed', step: 'write sysctl' }]);
  });
});

test.each([
  ['--rlimit=files:1:1', 'unknown limit in: files:1:1'],
  ['--rlimit=nofile:a:1', 'not a number in: nofile:a:1'],
  ['--cap-add=SYS_ADMN', 'unknown capability: SYS_ADMN'],
  ['--umask=8', 'not a mask: 8'],
  ['--seccomp=0600', 'not a filter: 0600'],
  ['--seccomp=zz00000000000000', 'not a filter: zz00000000000000'],
  ['--kill-signal=0', 'not a signal in: 0'],
  ['--monotonic=1:1000000000', 'not nanoseconds in: 1:1000000000'],
  ['--sysctl=net.core', 'no value for: net.core'],
])('a wrong word is refused in one sentence: %s', async (word, sentence) => {
  const { stderr, code } = await run([word], ['true']);
  expect(stderr.split('\n')[0]).toBe(`ns-init: ${sentence}`);
  expect(code).toBe(2);
});
