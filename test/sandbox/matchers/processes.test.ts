import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

test('toHaveProcess finds init as process 1', () => {
  expect(ns).toHaveProcess({ pid: 1, name: 'ns-init', ppid: 0 });
});

test('toHaveProcess finds this process, whose parent is in the sandbox', () => {
  expect(ns).toHaveProcess({ pid: process.pid, ppid: process.ppid });
  expect(ns).toHaveProcess({ pid: process.ppid });
});

test('toHaveProcess finds a child until it has ended', async () => {
  const child = spawn('sleep', ['1234'], { stdio: 'ignore' });
  await once(child, 'spawn');
  try {
    expect(ns).toHaveProcess('sleep');
    expect(ns).toHaveProcess('sleep 1234');
    expect(ns).toHaveProcess(/ 1234$/);
    expect(ns).toHaveProcess({ pid: Number(child.pid), ppid: process.pid, name: 'sleep' });
    expect(ns).not.toHaveProcess('sleep 12');
    expect(() => expect(ns).not.toHaveProcess('sleep')).toThrow('sleep 1234');
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  expect(ns).not.toHaveProcess('sleep');
});
