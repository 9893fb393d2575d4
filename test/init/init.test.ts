import { spawn } from 'node:child_process';
import { afterEach, describe, expect, test } from '@jest/globals';
import { childrenOf, eventually, hostState, sandboxProcesses } from '../support/host';
import { FULL, IDS, run, runWhere, type Started, sh, start } from '../support/ns-init';
import { NS_INIT } from '../support/package';

afterEach(async () => {
  expect(await eventually(() => sandboxProcesses().length === 0)).toBe(true);
});

test('the command runs as root of its own hostname, process table, mounts and network', async () => {
  const before = hostState();
  const { stdout, code } = await run(
    FULL,
    sh(
      'id -u; hostname; echo $PPID; ls /proc > /tmp/p; grep -c "^[0-9]" /tmp/p; rm /tmp/p; ls /sys/class/net; ls /tmp',
    ),
  );
  // PID 1, sh, and the ls that looked.
  expect(stdout.split('\n')).toEqual(['0', 'web-1', '1', '3', 'lo', '']);
  expect(code).toBe(0);
  expect(hostState()).toEqual(before);
});

test("the command's pid is the one that init has on the host, so no two sandboxes share it", async () => {
  const { stdout, status } = await run(FULL, sh('echo $$'));
  expect(Number(stdout)).toBe(status[0]?.init);
});

test('code and signal of the command are reported apart', async () => {
  const exited = await run(FULL, sh('exit 7'));
  expect(exited.code).toBe(7);
  expect(exited.status).toMatchObject([
    { type: 'ready' },
    { type: 'exited', code: 7, signal: null },
  ]);
  const killed = await run(FULL, sh('kill -USR1 $$'));
  expect(killed.code).toBe(128 + 10);
  expect(killed.status.at(-1)).toMatchObject({ type: 'exited', code: null, signal: 10 });
});

test('resource use of the command is reported', async () => {
  const { status } = await run(FULL, sh('i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done'));
  const exited = status.at(-1) as { userMicros: number; maxRssKib: number };
  expect(exited.userMicros).toBeGreaterThan(1000);
  expect(exited.maxRssKib).toBeGreaterThan(500);
});

test('orphans are reaped by PID 1 while the command runs', async () => {
  const { stdout } = await run(
    FULL,
    sh(
      'for i in 1 2 3; do (sh -c "sleep 0.05 & echo >/dev/null" &) ; done; sleep 0.4; grep -l "^State:.Z" /proc/[0-9]*/status | wc -l',
    ),
  );
  expect(stdout.trim()).toBe('0');
});

test('what is left is killed and named', async () => {
  const { status } = await run(
    FULL,
    sh('setsid sleep 1000 & setsid sh -c "trap : TERM HUP; sleep 2000" & sleep 0.1'),
  );
  const { left } = status.at(-1) as { left: { command: string }[] };
  expect(left.map(({ command }) => command)).toEqual(
    expect.arrayContaining(['sleep 1000', 'sleep 2000']),
  );
});

test('signals are forwarded to the command', async () => {
  const { child, ended, output } = start(
    FULL,
    sh('trap "echo got TERM; exit 5" TERM; echo up; while :; do sleep 0.01; done'),
  );
  await eventually(() => output().includes('up'));
  child.kill('SIGTERM');
  const { stdout, code } = await ended;
  expect(stdout).toContain('got TERM');
  expect(code).toBe(5);
});

test('when the lifeline closes, everything inside dies', async () => {
  const { ended, lifeline, output } = start(
    FULL,
    sh('setsid sleep 3000 & trap : TERM HUP; echo up; while :; do sleep 1; done'),
  );
  await eventually(() => output().includes('up'));
  lifeline.destroy();
  await ended;
});

test('when the supervisor is killed by SIGKILL, everything inside dies', async () => {
  const { child, ended, output } = start(
    FULL,
    sh('setsid sleep 3000 & echo up; while :; do sleep 1; done'),
  );
  await eventually(() => output().includes('up'));
  child.kill('SIGKILL');
  await ended;
});

test('when the supervisor is killed before PID 1 has asked to die with it, nothing goes on inside', async () => {
  const late = ['strace', '-f', '-qq', '-o', '/dev/null', '--inject=prctl:delay_enter=1s:when=1'];
  const { child, ended } = start(FULL, ['sleep', '1000'], late);
  const supervisor = () => childrenOf(child.pid as number)[0] ?? 0;
  expect(await eventually(() => supervisor() !== 0 && childrenOf(supervisor()).length === 1)).toBe(
    true,
  );
  // PID 1 has all it waits for.
  await new Promise((resolve) => setTimeout(resolve, 300));
  process.kill(supervisor(), 'SIGKILL');
  const { status } = await ended;
  expect(status).not.toContainEqual(expect.objectContaining({ type: 'ready' }));
});

describe('without a PID namespace', () => {
  const args = ['--unshare=user,uts,ipc,mount', ...IDS];
  const leaves = sh(
    '(setsid sleep 4000 &) ; (setsid sh -c "trap : TERM HUP; sleep 5000; :" &); echo up; sleep 0.1; $0',
  );

  test('everything that the command started dies when it ends', async () => {
    const { status } = await run(args, [...leaves, 'true']);
    expect(status.at(-1)).toMatchObject({ type: 'exited', code: 0 });
  });

  test.each<[string, (started: ReturnType<typeof start>) => void]>([
    ['when the lifeline closes', ({ lifeline }) => lifeline.destroy()],
    ['when the supervisor is killed by SIGKILL', ({ child }) => void child.kill('SIGKILL')],
  ])('and %s', async (_, end) => {
    const started = start(args, [...leaves, 'cat /dev/zero >/dev/null']);
    await eventually(() => started.output().includes('up'));
    end(started);
    await started.ended;
  });
});

test.each([
  ['exec', FULL, ['/nonexistent/program'], 'exec', '/nonexistent/program', 2],
  [
    'a missing kept path',
    [...FULL, '--keep=/tmp/nowhere'],
    ['true'],
    'keep path',
    '/tmp/nowhere',
    2,
  ],
  ['a missing tmpfs target', [...FULL, '--tmpfs=/nowhere'], ['true'], 'mount tmpfs', '/nowhere', 2],
  [
    'a missing bind source',
    [...FULL, '--bind=/nowhere', '--onto=/mnt'],
    ['true'],
    'bind',
    '/nowhere',
    2,
  ],
  [
    'too long a hostname',
    [...FULL, `--hostname=${'x'.repeat(65)}`],
    ['true'],
    'set hostname',
    'x'.repeat(65),
    22,
  ],
  [
    'an impossible id map',
    ['--unshare=user', '--uid-map=0:0:0'],
    ['true'],
    'write uid_map',
    '0 0 0\n',
    22,
  ],
  [
    '/proc of a PID namespace that is not ours',
    ['--unshare=user,mount', ...IDS, '--proc'],
    ['true'],
    'mount proc',
    '/proc',
    1,
  ],
])('a failed step is reported by name: %s', async (_, args, command, step, subject, errno) => {
  const { status, code } = await run(args, command);
  expect(status[0]).toEqual({ type: 'failed', step, subject, errno });
  expect(code).toBe(125);
});

test.each([
  ['hostname', ['--hostname=changed'], 'set hostname', 'uts'],
  ['network', ['--loopback'], 'set up network', 'net'],
  ['mounts', ['--tmpfs=/tmp'], 'set up mounts', 'mount'],
])("the host's %s is never changed for want of a namespace", async (_, args, step, subject) => {
  const before = hostState();
  const { status } = await run(['--unshare=user,pid', ...IDS, ...args], ['true']);
  expect(status[0]).toMatchObject({ type: 'failed', step, subject });
  expect(hostState()).toEqual(before);
});

test('a namespace that is only tried is left out where it cannot be had, and reported', async () => {
  // Inside, the limit of UTS namespaces is ours to set.
  const inner = [NS_INIT, '--unshare=pid', '--try=uts,ipc', '--status-fd=1', '--', 'true'];
  const { stdout } = await run(
    FULL.concat(`--bind=${NS_INIT}`, '--onto=/tmp/ns-init'),
    sh(`echo 0 > /proc/sys/user/max_uts_namespaces && exec ${inner.join(' ')}`),
  );
  expect(stdout.split('\n')[0]).toBe('{"type":"missing","namespace":"uts","errno":28}');
  expect(stdout).toContain('"type":"ready"');
});

test('where there is no clone3, clone creates the same namespaces', async () => {
  const script = sh('hostname; readlink /proc/self/ns/* | sort');
  const [plain, host] = await Promise.all([run(FULL, script), run([], script)]);
  const fallback = await runWhere('clone3:error=ENOSYS', FULL, script);
  expect(fallback.status[0]).toMatchObject({ type: 'ready' });
  const ids = ({ stdout }: Started) =>
    new Set(stdout.split('\n').filter((line) => line.includes(':[')));
  // As many as with clone3, none of the host's: time is there too, though clone(2) cannot make it.
  expect(ids(fallback).size).toBe(ids(plain).size);
  expect([...ids(fallback)].filter((id) => ids(host).has(id))).toEqual([]);
});

test.each([
  ['clone3:error=EPERM', { type: 'failed', step: 'clone namespaces', subject: '', errno: 1 }],
  [
    'mount:error=EACCES:when=1',
    { type: 'failed', step: 'make mounts private', subject: '/', errno: 13 },
  ],
  ['mount:error=ENOMEM:when=2', { type: 'failed', step: 'mount dev', subject: '/proc', errno: 12 }],
  ['sethostname:error=EPERM', { type: 'failed', step: 'set hostname', subject: 'web-1', errno: 1 }],
  [
    'setdomainname:error=EPERM',
    { type: 'failed', step: 'set domain name', subject: 'd', errno: 1 },
  ],
  ['vfork:error=EAGAIN', { type: 'failed', step: 'start command', subject: 'fork', errno: 11 }],
  ['setsid:error=EPERM', { type: 'failed', step: 'start session', subject: '', errno: 1 }],
])('a system call that fails ends it all with one report: %s', async (fault, report) => {
  const { status, code, stdout } = await runWhere(
    fault,
    [...FULL, '--domainname=d'],
    sh('echo ran'),
  );
  expect(status).toEqual([report]);
  expect(stdout).toBe('');
  expect(code).toBe(125);
});

test.each([
  [['--unshare=utz'], 'unknown namespace in: utz'],
  [['--frobnicate'], 'unknown option: --frobnicate'],
  [['--uid-map=0:-1:1'], 'not a number in: 0:-1:1'],
  [['--onto=/x'], 'no --mount before: /x'],
  [['--bind=/x'], 'no --onto after: /x'],
  [['--cgroup=/x'], 'no --cgroup-home after: /x'],
])('a wrong command line is refused in one sentence: %s', async (args, sentence) => {
  const { stderr, code } = await run(args, ['true']);
  expect(stderr.split('\n')[0]).toBe(`ns-init: ${sentence}`);
  expect(code).toBe(2);
});

test('only standard streams and passed descriptors reach the command', async () => {
  const child = spawn(
    NS_INIT,
    [
      ...[...FULL, '--status-fd=3', '--pass-fd=5', '--'],
      ...sh('for n in 0 1 2 3 4 5 6 7 8 9; do [ -e /proc/self/fd/$n ] && echo $n; done; :'),
    ],
    { stdio: ['ignore', 'pipe', 'inherit', 'pipe', 'pipe', 'pipe', 'pipe'] },
  );
  let stdout = '';
  child.stdout?.on('data', (chunk) => (stdout += chunk));
  await new Promise((resolve) => child.once('close', resolve));
  expect(stdout.split('\n').filter(Boolean)).toEqual(['0', '1', '2', '5']);
});

describe('--enter', () => {
  test('what is no namespace is refused, and names itself', async () => {
    // 4 is the lifeline, a socket.
    const { status, code } = await run(['--enter=4'], ['true']);
    expect(status).toEqual([{ type: 'failed', step: 'enter namespace', subject: '?', errno: 22 }]);
    expect(code).toBe(125);
  });

  test('it goes with no namespaces to create', async () => {
    const { code, stderr } = await run(['--enter=4', '--unshare=uts'], ['true']);
    expect(stderr).toContain('ns-init: --enter goes with no: --unshare or --try');
    expect(code).toBe(2);
  });
});
