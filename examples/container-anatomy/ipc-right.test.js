// The IPC namespace holds System V IPC objects and POSIX message queues. ipc_namespaces(7)
// ipc-left.test.js uses the same key and the same names. All of these outlive their processes: only the
// end of the namespace makes the next file, or the next run, start from nothing.
const { existsSync, writeFileSync } = require('node:fs');
const { ns } = require('ns-jest');
const { messageQueueKey, posixQueue, sharedMemoryFile } = require('./made-inside');

test('there is nothing at the start', () => {
  expect(ns).toBeIsolatedFromHost(['ipc']);
  expect(ns).toHaveNoIpcObjects();
  expect(existsSync(sharedMemoryFile)).toBe(false);
});

test('a System V message queue holds the messages of this file only', () => {
  const { id } = ns.messageQueues.create({ key: messageQueueKey });
  ns.messageQueues.send(id, { type: 1, data: 'right' });

  expect(ns).toHaveMessageQueue({ key: messageQueueKey });
  expect(ns.messageQueues.receive(id).data.toString()).toBe('right');
});

test('so does a POSIX message queue', () => {
  ns.posixQueues.create({ name: posixQueue });
  ns.posixQueues.send(posixQueue, { data: 'right' });

  expect(ns).toHavePosixQueue(posixQueue);
  expect(ns.posixQueues.receive(posixQueue).data.toString()).toBe('right');
});

test('POSIX shared memory is files, in a /dev/shm of this sandbox', () => {
  writeFileSync(sharedMemoryFile, 'right', { flag: 'wx' });
});
