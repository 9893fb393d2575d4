import fs from 'node:fs';
import os from 'node:os';
import { expect, jest, test } from '@jest/globals';
import { ns } from 'ns-jest';

test('a nested sandbox has namespaces of its own, of every kind', async () => {
  await using box = await ns.sandbox();
  const own = ns.namespaces.ids();
  for (const [name, inode] of Object.entries(box.namespaces)) {
    expect([name, inode]).not.toEqual([name, own[name as keyof typeof own]]);
  }
  expect(box.namespaces).toStrictEqual(ns.namespaces.ids(box.pid));
  expect(ns.processes.get(box.pid)).toMatchObject({ name: 'ns-init' });
});

test('programs run in there, with its root, its processes and its names', async () => {
  await using box = await ns.sandbox({ hostname: 'box' });
  expect(await box.run('uname', ['-n'])).toStrictEqual({
    stdout: 'box\n',
    stderr: '',
    code: 0,
    signal: null,
  });
  expect(ns.hostname.get()).not.toBe('box');
  expect((await box.run('cat', ['/proc/1/comm'])).stdout).toBe('ns-init\n');
  expect((await box.run('id', ['-u'])).stdout).toBe('0\n');
  expect((await box.run('sh', ['-c', 'cat; exit 3'], { input: 'in' })).stdout).toBe('in');
  expect(await box.run('sh', ['-c', 'exit 3'])).toMatchObject({ code: 3, signal: null });
  expect(await box.run('sh', ['-c', 'kill -KILL $$'])).toMatchObject({
    code: null,
    signal: 'SIGKILL',
  });
  expect(
    (await box.run('sh', ['-c', 'echo $0-$A'], { env: { A: '1', PATH: '/bin' } })).stdout,
  ).toBe('sh-1\n');
  expect((await box.run('pwd')).stdout).toBe(`${process.cwd()}\n`);
  expect((await box.run('pwd', [], { cwd: '/etc' })).stdout).toBe('/etc\n');
});

test('what is written and mounted in there is not seen here', async () => {
  await using box = await ns.sandbox();
  fs.writeFileSync('/tmp/here', '');
  const { stdout } = await box.run('sh', ['-c', 'ls /tmp; touch /tmp/there; ls /tmp']);
  expect(stdout).toBe('there\n');
  expect(fs.existsSync('/tmp/there')).toBe(false);
  expect((await box.run('ls', ['/tmp'])).stdout).toBe('there\n');
});

test('some namespaces may be shared with it', async () => {
  await using box = await ns.sandbox({
    namespaces: { net: false, uts: false, user: false, ipc: false },
  });
  const own = ns.namespaces.ids();
  expect(box.namespaces).toMatchObject({ net: own.net, uts: own.uts });
  expect(box.namespaces.mount).not.toBe(own.mount);
  expect((await box.run('uname', ['-n'])).stdout).toBe(`${os.hostname()}\n`);
});

test('a bind mount and a tmpfs are where the options say', async () => {
  fs.mkdirSync('/tmp/data', { recursive: true });
  fs.writeFileSync('/tmp/data/file', 'text');
  await using box = await ns.sandbox({
    bind: [{ source: '/tmp/data', target: '/run/data', readonly: true }],
  });
  expect((await box.run('cat', ['/run/data/file'])).stdout).toBe('text');
  expect((await box.run('sh', ['-c', 'echo > /run/data/file'])).stderr).toMatch(/Read-only/);
});

test('a daemon goes on when the program has ended that started it, and is left at the end', async () => {
  const box = await ns.sandbox();
  const { stdout } = await box.run('sh', ['-c', 'sleep 1000 >/dev/null 2>&1 & echo $!']);
  const pid = Number(stdout);
  expect((await box.run('cat', [`/proc/${pid}/comm`])).stdout).toBe('sleep\n');
  expect(await box.end()).toStrictEqual({
    code: null,
    signal: 'SIGTERM',
    left: [{ pid, command: 'sleep 1000' }],
    stdout: '',
    stderr: '',
  });
  expect(ns.processes.list().map(({ name }) => name)).not.toContain('sleep');
});

test('a command of its own ends it, and what it printed is told', async () => {
  const box = await ns.sandbox({ command: ['sh', '-c', 'echo $$; echo oops >&2; read x; exit 7'] });
  const end = await box.ended();
  expect(end).toStrictEqual({
    code: 7,
    signal: null,
    left: [],
    stdout: expect.stringMatching(/^\d+\n$/),
    stderr: 'oops\n',
  });
  expect(await box.end()).toStrictEqual(end);
});

test('a command is sent signals, and one that ignores them is killed', async () => {
  const trap = 'trap "echo got it" USR1; trap "" TERM; echo ready; while :; do sleep 0.05; done';
  const box = await ns.sandbox({ command: ['sh', '-c', trap] });
  while (!(await box.run('cat', ['/proc/1/task/1/children'])).stdout) {
    // Until it is there.
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  box.kill('SIGUSR1');
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(await box.end()).toMatchObject({ signal: 'SIGKILL', stdout: 'ready\ngot it\n' });
});

test('once it has ended, nothing runs in there', async () => {
  const box = await ns.sandbox();
  box.kill();
  expect(await box.ended()).toMatchObject({ code: null, signal: 'SIGKILL' });
  await expect(box.run('true')).rejects.toMatchObject({ code: 'ESRCH' });
});

test('it may be nested further, and inner ones end with outer ones', async () => {
  const outer = await ns.sandbox();
  const script = `const { ns } = require(${JSON.stringify(require.resolve('ns-jest'))});
    ns.sandbox({ hostname: 'inner' }).then(async (box) => {
      console.log((await box.run('uname', ['-n'])).stdout.trim(), box.pid !== 1);
      await box.end();
    });`;
  const { stdout, stderr } = await outer.run(process.execPath, ['-e', script]);
  expect([stdout, stderr]).toEqual(['inner true\n', '']);
  await outer.end();
});

test('faked timers do not hold it up', async () => {
  jest.useFakeTimers();
  const box = await ns.sandbox({
    command: ['sh', '-c', 'trap "" TERM; while :; do sleep 1; done'],
  });
  expect(await box.run('sleep', ['10'], { timeout: 50 })).toMatchObject({ signal: 'SIGKILL' });
  expect(await box.end()).toMatchObject({ signal: 'SIGKILL' });
  jest.useRealTimers();
});

test('wrong options are refused as those of a test file are', async () => {
  const wrong = (options: object) => ns.sandbox(options);
  await expect(wrong({ hostName: 'x' })).rejects.toMatchObject({
    name: 'SandboxError',
    message: 'Unknown option "hostName". Did you mean "hostname"?',
  });
  await expect(wrong({ namespaces: { pid: true, mount: false } })).rejects.toMatchObject({
    name: 'SandboxError',
    facts: { option: 'namespaces.mount' },
  });
  await expect(wrong({ bind: [{ source: '/nowhere' }] })).rejects.toMatchObject({
    facts: { code: 'ENOENT' },
  });
  await expect(wrong({ global: true })).rejects.toMatchObject({
    message: 'The option "global" says how a test file is run, and ns.sandbox() runs none',
  });
  await expect(wrong({ command: [] })).rejects.toBeInstanceOf(TypeError);
});

test('a command that is not there leaves nothing', async () => {
  const before = ns.processes.list().length;
  await expect(ns.sandbox({ command: ['/nowhere/nope'] })).rejects.toMatchObject({
    name: 'SandboxError',
    facts: { step: 'exec', code: 'ENOENT', subject: '/nowhere/nope' },
  });
  expect(ns.processes.list()).toHaveLength(before);
});

test('a program that is not there is the kernel’s own error', async () => {
  await using box = await ns.sandbox();
  await expect(box.run('/nowhere/nope')).rejects.toMatchObject({
    code: 'ENOENT',
    syscall: 'execvp',
    path: '/nowhere/nope',
  });
  await expect(box.run('pwd', [], { cwd: '/nowhere' })).rejects.toMatchObject({
    code: 'ENOENT',
    syscall: 'chdir',
    path: '/nowhere',
  });
});

test('an agent in there sees what is in there, and ends with it', async () => {
  const box = await ns.sandbox({ hostname: 'box' });
  const agent = box.agent();
  expect(agent.uts.get().nodename).toBe('box');
  expect(agent.namespaces.ids()).toStrictEqual(box.namespaces);
  expect(agent.fs.readFile('/proc/1/comm')).toBe('ns-init\n');
  await box.end();
  expect(agent.alive).toBe(false);
});

test('its end is told although agents came in from outside and nobody has ended them', async () => {
  const box = await ns.sandbox({ command: ['sleep', '0.2'] });
  const agents = [
    box.agent(),
    ns.agent({ join: { pid: box.pid, namespaces: ['user', 'mount', 'pid'] } }),
  ];
  expect(await box.ended()).toMatchObject({ code: 0, signal: null });
  for (const agent of agents) expect(agent.status).toMatchObject({ signal: 'SIGKILL' });
});

test('a command that was to be PID 1 and is not to be had is told as that', async () => {
  // Its PID 1 is there before it tries.
  const attempt = async () => (await ns.sandbox({ asPid1: true, command: ['/nope'] })).ended();
  await expect(attempt()).rejects.toThrow(/step "exec" '\/nope' failed with ENOENT/);
});

test('a cause is named only for a program that is there, outside', async () => {
  const nowhere = ns.sandbox({ command: ['/nope'] });
  await expect(nowhere).rejects.toThrow(/ENOENT \(no such file or directory\)$/);
  // It has a /tmp of its own.
  fs.writeFileSync('/tmp/program', '', { mode: 0o755 });
  const outsideOnly = ns.sandbox({ command: ['/tmp/program'] });
  await expect(outsideOnly).rejects.toThrow(/On the host the program is there/);
});
