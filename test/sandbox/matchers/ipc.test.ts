import { expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

test('a fresh sandbox has no IPC objects', () => {
  expect(ns).toHaveNoIpcObjects();
  expect(ns).not.toHaveMessageQueue();
  expect(ns).not.toHaveSemaphore();
  expect(ns).not.toHaveSharedMemory();
  expect(ns).not.toHavePosixQueue(/./);
});

test('toHaveMessageQueue finds a queue until it is removed', () => {
  const { id } = ns.messageQueues.create({ key: 0xfeedbeef });
  expect(ns).toHaveMessageQueue({ id, key: 0xfeedbeef });
  expect(ns).not.toHaveMessageQueue({ key: 0x1234 });
  expect(() => expect(ns).toHaveNoIpcObjects()).toThrow(`message queue id ${id}`);
  ns.messageQueues.remove(id);
  expect(ns).toHaveNoIpcObjects();
});

test('toHaveSemaphore finds a set until it is removed', () => {
  const { id } = ns.semaphores.create({ key: 0x1234, count: 1 });
  expect(ns).toHaveSemaphore({ id, key: 0x1234 });
  expect(ns).not.toHaveNoIpcObjects();
  ns.semaphores.remove(id);
  expect(ns).not.toHaveSemaphore();
});

test('toHaveSharedMemory finds a segment until it is removed', () => {
  const { id } = ns.sharedMemory.create({ key: 0x1234, size: 4096 });
  expect(ns).toHaveSharedMemory({ id, key: 0x1234 });
  expect(ns).not.toHaveNoIpcObjects();
  ns.sharedMemory.remove(id);
  expect(ns).not.toHaveSharedMemory();
});

test('toHavePosixQueue finds a queue until it is removed', () => {
  ns.posixQueues.create({ name: '/jobs' });
  expect(ns).toHavePosixQueue('/jobs');
  expect(ns).toHavePosixQueue(/^\/jo/);
  expect(ns).not.toHavePosixQueue('jobs');
  expect(() => expect(ns).toHaveNoIpcObjects()).toThrow('POSIX queue /jobs');
  ns.posixQueues.remove('/jobs');
  expect(ns).toHaveNoIpcObjects();
});
