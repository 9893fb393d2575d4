import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

/** Undone after each test. */
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of undo.splice(0).reverse()) await each();
  expect(ns).toHaveLeftNoTrace();
});

const kindsSince = (before = ns.traces.list()) => {
  const known = new Set(before.map(({ kind, key }) => `${kind} ${key}`));
  return ns.traces
    .list()
    .filter(({ kind, key }) => !known.has(`${kind} ${key}`))
    .map(({ kind, description }) => `${kind} ${description}`);
};

test('at the start there is none', () => {
  expect(ns.traces.list()).toEqual([]);
});

test('a process, until it has ended', async () => {
  const child = spawn('sleep', ['4321'], { stdio: 'ignore' });
  undo.push(() => child.kill());
  expect(ns.traces.list()).toEqual([
    { kind: 'process', key: String(child.pid), pid: child.pid, description: 'sleep 4321' },
  ]);
  expect(ns).not.toHaveLeftNoTrace();
  const ended = once(child, 'exit');
  child.kill();
  await ended;
  expect(ns).toHaveLeftNoTrace();
});

test('a socket, and who has it', async () => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  undo.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  expect(ns.traces.list()).toEqual([
    {
      ...{ kind: 'socket', key: expect.stringMatching(/^\d+$/), pid: process.pid },
      description: `tcp 127.0.0.1:${port} of ${ns.processes.get(process.pid)?.name}`,
    },
  ]);
});

test('an agent ends by itself', () => {
  ns.agent();
  expect(ns).toHaveLeftNoTrace();
});

describe('since a list', () => {
  test('what was in it does not count', () => {
    ns.posixQueues.create({ name: '/before' });
    undo.push(() => ns.posixQueues.remove('/before'));
    const before = ns.traces.list();
    expect(ns).toHaveLeftNoTrace({ since: before });
    ns.posixQueues.create({ name: '/after' });
    undo.push(() => ns.posixQueues.remove('/after'));
    expect(kindsSince(before)).toEqual(['POSIX queue /after']);
    expect(() => expect(ns).toHaveLeftNoTrace({ since: before })).toThrow('POSIX queue /after');
  });

  test('another mount on the same place counts', () => {
    ns.mounts.mount({ type: 'tmpfs', target: '/mnt' });
    undo.push(() => ns.mounts.unmount('/mnt'));
    const before = ns.traces.list();
    ns.mounts.mount({ type: 'tmpfs', target: '/mnt' });
    undo.push(() => ns.mounts.unmount('/mnt'));
    expect(kindsSince(before)).toEqual(['mount tmpfs on /mnt']);
  });
});
