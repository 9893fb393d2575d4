import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

/** A process in fresh namespaces; ended by its own end of input. */
async function processIn(...flags: string[]) {
  const child = spawn('unshare', [...flags, 'sh', '-c', 'echo $$; cat'], { stdio: 'pipe' });
  await once(child.stdout, 'data');
  // With --fork it is the child of unshare(1).
  const below = ns.processes.list().find(({ ppid }) => ppid === child.pid);
  return {
    pid: flags.includes('--fork') ? (below?.pid as number) : (child.pid as number),
    async end() {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}

async function found<Value>(look: () => Value | undefined): Promise<Value> {
  for (;;) {
    const value = look();
    if (value !== undefined) return value;
    await setTimeout(5);
  }
}

test('a command runs in the namespaces of a process, and changes those', async () => {
  const there = await processIn('--uts', '--net');
  const entrance = ns.enter({ pid: there.pid });
  expect((await entrance.run('hostname', ['there'])).code).toBe(0);
  expect((await entrance.run('uname', ['-n'])).stdout).toBe('there\n');
  expect((await entrance.run('cat', ['/proc/net/dev'])).stdout).not.toMatch(/veth/);
  expect(ns.hostname.get()).not.toBe('there');
  const ids = await entrance.run('readlink', ['/proc/self/ns/uts', '/proc/self/ns/net']);
  const { uts, net } = ns.namespaces.ids(there.pid);
  expect(ids.stdout).toBe(`uts:[${uts}]\nnet:[${net}]\n`);
  await there.end();
  await expect(entrance.run('true')).rejects.toMatchObject({ code: 'ESRCH' });
});

test('some of them only, if they are named', async () => {
  const there = await processIn('--uts', '--net');
  const { stdout } = await ns
    .enter({ pid: there.pid, namespaces: ['net'] })
    .run('readlink', ['/proc/self/ns/uts', '/proc/self/ns/net']);
  expect(stdout).toBe(
    `uts:[${ns.namespaces.ids().uts}]\nnet:[${ns.namespaces.ids(there.pid).net}]\n`,
  );
  await there.end();
});

test('a namespace is entered by its path, and by its value', async () => {
  const there = await processIn('--uts', '--net');
  ns.namespaces.pin({ namespace: 'net', pid: there.pid }, '/run/netns/there');
  const uts = ns.namespaces.open({ namespace: 'uts', pid: there.pid });
  await there.end();
  const { stdout } = await ns
    .enter(uts, { path: '/run/netns/there' })
    .run('readlink', ['/proc/self/ns/uts', '/proc/self/ns/net']);
  const pinned = ns.namespaces.open({ path: '/run/netns/there' });
  expect(stdout).toBe(`uts:[${uts.inode}]\nnet:[${pinned.inode}]\n`);
  uts.close();
  pinned.close();
  ns.namespaces.unpin('/run/netns/there');
});

test('user, mount and PID namespaces are entered in the order in which the kernel lets us', async () => {
  const there = await processIn(
    ...['--user', '--map-root-user', '--pid', '--fork', '--mount-proc', '--uts'],
  );
  const entrance = ns.enter({ pid: there.pid });
  const { stdout } = await entrance.run('sh', ['-c', 'readlink /proc/1/ns/user; echo $PPID; pwd']);
  expect(stdout).toBe(`user:[${ns.namespaces.ids(there.pid).user}]\n0\n/\n`);
  await there.end();
});

test('a command is killed at the end of its time', async () => {
  const there = await processIn('--uts');
  const result = await ns
    .enter({ pid: there.pid })
    .run('sh', ['-c', 'echo first; sleep 100; true'], { timeout: 200 });
  expect(result).toStrictEqual({ stdout: 'first\n', stderr: '', code: null, signal: 'SIGKILL' });
  await there.end();
});

test('to enter what one is in already is to run here', async () => {
  expect((await ns.enter({ pid: process.pid }).run('uname', ['-n'])).stdout).toBe(
    `${ns.hostname.get()}\n`,
  );
});

test('what cannot be entered is refused', async () => {
  expect(() => ns.enter()).toThrow(TypeError);
  expect(() => ns.enter({ pid: 1, namespaces: ['mnt' as never] })).toThrow(TypeError);
  await expect(ns.enter({ path: '/etc/passwd' }).run('true')).rejects.toMatchObject({
    code: 'ENOTTY',
  });
  await expect(ns.enter({ pid: 2 ** 31 - 1 }).run('true')).rejects.toMatchObject({ code: 'ESRCH' });
  const there = await processIn('--user', '--map-root-user', '--net');
  // Its user namespace gives the right over its net namespace; from outside we have it too.
  expect((await ns.enter({ pid: there.pid, namespaces: ['net'] }).run('true')).code).toBe(0);
  await there.end();
});

test('a command whose helper is killed is killed, and that is told', async () => {
  const there = await processIn('--uts');
  const command = ns.enter({ pid: there.pid }).run('sleep', ['30']);
  const isHelper = ({ name, command: line }: { name: string; command: string }) =>
    name === 'ns-init' && line.includes('--enter=');
  const helper = await found(() => ns.processes.list().find(isHelper)?.pid);
  await found(() =>
    ns.processes.list().find(({ name, ppid }) => name === 'sleep' && ppid === helper),
  );
  process.kill(helper, 'SIGKILL');
  expect(await command).toMatchObject({ code: null, signal: 'SIGKILL' });
  await there.end();
});

test('what cannot be started for its size is an error of the test', async () => {
  const there = await processIn('--uts');
  const long = ['x'.repeat(200_000)];
  const attempts = [ns.run('true', long), ns.enter({ pid: there.pid }).run('true', long)];
  for (const attempt of attempts) {
    const error: unknown = await attempt.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toMatch(/E2BIG/);
  }
  await there.end();
});

test('what cannot be started for want of descriptors is, too', async () => {
  const there = await processIn('--uts');
  const agent = ns.agent();
  const lowest = fs.openSync('/dev/null', 'r');
  fs.closeSync(lowest);
  const before = Buffer.alloc(16);
  const limit = (soft: bigint) => {
    const values = Buffer.from(before);
    values.writeBigUInt64LE(soft);
    agent.syscall('prlimit64', process.pid, 7, values, null);
  };
  agent.syscall('prlimit64', process.pid, 7, null, before);
  limit(BigInt(lowest + 3));
  const attempts = await Promise.allSettled([
    ns.run('true'),
    ns.enter({ pid: there.pid }).run('true'),
  ]);
  limit(before.readBigUInt64LE());
  for (const attempt of attempts) {
    expect(String((attempt as PromiseRejectedResult).reason)).toMatch(/EMFILE/);
  }
  await there.end();
});
