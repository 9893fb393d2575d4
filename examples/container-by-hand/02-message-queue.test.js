// Step 2: queues, semaphores and shared memory of its own. ipc_namespaces(7)
const { ns } = require('ns-jest');

test('a message queue made outside cannot be seen inside', () => {
  const { id } = ns.messageQueues.create({ key: 0x2a });
  const container = ns.agent({ unshare: ['ipc'] });

  // /proc/sysvipc shows the IPC namespace of who reads it.
  expect(ns).toHaveMessageQueue({ key: 0x2a, id });
  expect(container.fs.readFile('/proc/sysvipc/msg').trim().split('\n')).toHaveLength(1);
  expect(() => container.syscall('msgget', 0x2a, 0)).toThrow('ENOENT');
});
