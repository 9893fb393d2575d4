import fs from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type Agent, ns } from 'ns-jest';

// A file system of message queues shows those of the IPC namespace in which it was mounted.
const TARGET = '/tmp/mqueue';
const create = (agent: Agent, name: string) => agent.mq.open(name, ['O_CREAT', 'O_RDWR']);

/** creat(2) through the mount. Nothing can be written to such a file. */
const createByFile = (agent: Agent, name: string) =>
  agent.fs.close(agent.fs.open(`${TARGET}/${name}`, ['O_CREAT', 'O_EXCL', 'O_RDWR']));

function mountQueues(agent: Agent): void {
  fs.mkdirSync(TARGET, { recursive: true });
  agent.mounts.mount({ source: 'mqueue', target: TARGET, type: 'mqueue' });
}

afterEach(() => {
  for (const { name } of ns.posixQueues.list()) ns.posixQueues.remove(name);
  fs.rmdirSync(TARGET);
});

describe.each([
  ['MQ-05', 'clone'],
  ['MQ-06', 'unshare'],
] as const)('%s a mount in a new IPC namespace by %s', (_id, via) => {
  test('shows a queue made by mq_open, and what is made through it outlives it', () => {
    const agent = ns.agent({ unshare: ['ipc', 'mount'], via });
    const queue = create(agent, '/by-call');
    mountQueues(agent);
    expect(agent.fs.readdir(TARGET)).toEqual(['by-call']);
    createByFile(agent, 'by-file');
    agent.mounts.umount(TARGET);
    expect(agent.fs.readdir(TARGET)).toEqual([]);
    mountQueues(agent);
    expect(agent.fs.readdir(TARGET)).toEqual(['by-call', 'by-file']);
    agent.mq.send(queue, 'hello');
    expect(agent.fs.readFile(`${TARGET}/by-call`)).toMatch(/^QSIZE:5 /);
    expect(ns.posixQueues.list()).toEqual([]);
  });

  test('opens and unlinks for mq_open what was made through it, and the other way round', () => {
    const agent = ns.agent({ unshare: ['ipc', 'mount'], via });
    mountQueues(agent);
    createByFile(agent, 'by-file');
    agent.mq.close(agent.mq.open('/by-file'));
    agent.mq.unlink('/by-file');
    expect(agent.fs.readdir(TARGET)).toEqual([]);
    create(agent, '/by-call');
    agent.fs.unlink(`${TARGET}/by-call`);
    expect(() => agent.mq.open('/by-call')).toFailWithErrno('ENOENT');
  });
});

describe.each(['clone', 'unshare'] as const)('MQ-08 the namespace of a mount by %s', (via) => {
  test('is that of who mounted it, also for who has left it', () => {
    const agent = ns.agent({ unshare: ['mount'], via });
    create(agent, '/outer');
    mountQueues(agent);
    agent.unshare(['ipc']);
    create(agent, '/inner');
    expect(agent.fs.readdir(TARGET)).toEqual(['outer']);
    agent.mounts.umount(TARGET);
    mountQueues(agent);
    expect(agent.fs.readdir(TARGET)).toEqual(['inner']);
  });

  test('shows its queues still when its last process has ended, but takes no more', () => {
    const watcher = ns.agent({ unshare: ['mount'], via });
    const owner = watcher.clone({ unshare: ['ipc'], via });
    create(owner, '/kept');
    mountQueues(owner);
    owner.exit();
    expect(watcher.fs.readdir(TARGET)).toEqual(['kept']);
    expect(() => watcher.mq.open('/kept')).toFailWithErrno('ENOENT');
    expect(() => createByFile(watcher, 'added')).toFailWithErrno('EACCES');
  });

  test('has to be owned by who mounts it: EPERM', () => {
    const agent = ns.agent({ unshare: ['user', 'mount'], via });
    expect(() => mountQueues(agent)).toFailWithErrno('EPERM');
    agent.unshare(['ipc']);
    mountQueues(agent);
    expect(agent.fs.readdir(TARGET)).toEqual([]);
  });
});

test('MQ-08 the sandbox has the queues of its own namespace at /dev/mqueue', () => {
  fs.mkdirSync(TARGET);
  expect(ns).toHaveMount({ target: '/dev/mqueue', type: 'mqueue' });
  create(ns.agent(), '/seen');
  expect(fs.readdirSync('/dev/mqueue')).toEqual(['seen']);
});
