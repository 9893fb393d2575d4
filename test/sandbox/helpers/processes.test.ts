import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

test('the test finds itself, and init first', () => {
  const list = ns.processes.list();
  expect(list[0]?.pid).toBe(1);
  expect(list.map(({ pid }) => pid)).toContain(process.pid);
  expect(ns.processes.get(process.pid)).toMatchObject({ ppid: process.ppid });
  expect(ns.processes.get(process.pid)?.threads).toBeGreaterThanOrEqual(1);
});

test('a child is listed while it lives, and gone when it has been reaped', async () => {
  const child = spawn('sleep', ['1000']);
  await once(child, 'spawn');
  const pid = child.pid as number;
  expect(ns.processes.get(pid)).toMatchObject({
    pid,
    ppid: process.pid,
    command: 'sleep 1000',
    name: 'sleep',
    threads: 1,
  });
  child.kill('SIGKILL');
  await once(child, 'close');
  expect(ns.processes.get(pid)).toBeUndefined();
});

test('a stopped child is in state T', async () => {
  const child = spawn('sh', ['-c', 'kill -STOP $$']);
  const deadline = Date.now() + 5000;
  while (ns.processes.get(child.pid as number)?.state !== 'T' && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(ns.processes.get(child.pid as number)?.state).toBe('T');
  child.kill('SIGKILL');
  await once(child, 'close');
});

test('a name with blanks and parentheses is read whole', async () => {
  const { stdout } = await ns.run('sh', [
    '-c',
    'printf "a) Z (b" > /proc/self/comm; cat /proc/$$/stat',
  ]);
  expect(stdout).toContain('(a) Z (b)');
});

test('listing survives processes that come and go meanwhile', async () => {
  const busy = ns.run('sh', ['-c', 'i=0; while [ $i -lt 100 ]; do true | true; i=$((i+1)); done']);
  for (let i = 0; i < 50; i += 1) {
    expect(ns.processes.list().length).toBeGreaterThan(0);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect((await busy).code).toBe(0);
});
