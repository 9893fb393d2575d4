import { afterEach, describe, expect, test } from '@jest/globals';
import { type Agent, ns } from 'ns-jest';
import { mountProc, writeKernelFile } from '../support/proc';

const NAME = '/conformance';
const create = (agent: Agent, name = NAME) =>
  agent.mq.open(name, ['O_CREAT', 'O_EXCL', 'O_RDWR'], { maxMessages: 2, messageSize: 16 });

afterEach(() => {
  for (const { name } of ns.posixQueues.list()) ns.posixQueues.remove(name);
});

describe('MQ-01 a queue', () => {
  test('of the parent is opened by a plain child', () => {
    const parent = ns.agent();
    const queue = create(parent);
    const child = parent.fork();
    const same = child.mq.open(NAME);
    parent.mq.send(queue, 'to the child', { priority: 3 });
    expect(child.mq.receive(same)).toEqual({ data: Buffer.from('to the child'), priority: 3 });
  });

  test('of one child is opened by its sibling, and gone for it when it is unlinked', () => {
    const [first, second] = [ns.agent(), ns.agent()];
    create(first);
    expect(second.mq.attributes(second.mq.open(NAME))).toMatchObject({
      maxMessages: 2,
      messageSize: 16,
      messages: 0,
    });
    second.mq.unlink(NAME);
    expect(() => first.mq.open(NAME)).toFailWithErrno('ENOENT');
  });
});

describe.each(['clone', 'unshare'] as const)('MQ-02 from a new IPC namespace by %s', (via) => {
  test('opening the parent’s is ENOENT, and so is unlinking it', () => {
    const parent = ns.agent();
    create(parent);
    const child = parent.clone({ unshare: ['ipc'], via });
    expect(() => child.mq.open(NAME)).toFailWithErrno('ENOENT');
    expect(() => child.mq.unlink(NAME)).toFailWithErrno('ENOENT');
    parent.mq.open(NAME);
  });

  test('the parent does not find the child’s', () => {
    const parent = ns.agent();
    create(parent.clone({ unshare: ['ipc'], via }));
    expect(() => parent.mq.open(NAME)).toFailWithErrno('ENOENT');
    expect(ns.posixQueues.list()).toEqual([]);
  });

  test('a descriptor that was open before still is of the parent’s queue', () => {
    const parent = ns.agent();
    const queue = create(parent);
    const child = parent.clone({ unshare: ['ipc'], via });
    child.mq.send(queue, 'across');
    expect(parent.mq.receive(queue).data.toString()).toBe('across');
  });

  test('two queues of one name have messages of their own', () => {
    const [first, second] = [
      ns.agent({ unshare: ['ipc'], via }),
      ns.agent({ unshare: ['ipc'], via }),
    ];
    const [one, other] = [create(first), create(second)];
    first.mq.send(one, 'first');
    expect(() => second.mq.receive(other)).toFailWithErrno('ETIMEDOUT');
    expect(first.mq.receive(one).data.toString()).toBe('first');
  });
});

describe('MQ-03 exclusive creation of a name that is taken', () => {
  test('is EEXIST in the same namespace', () => {
    const parent = ns.agent();
    create(parent);
    expect(() => create(parent.fork())).toFailWithErrno('EEXIST');
  });

  test.each(['clone', 'unshare'] as const)('succeeds in a new one by %s', (via) => {
    const parent = ns.agent();
    create(parent);
    const child = parent.clone({ unshare: ['ipc'], via });
    create(child);
    child.mq.unlink(NAME);
    parent.mq.open(NAME);
  });
});

describe('MQ-09 a notification', () => {
  const notified = (receiver: Agent, sender: Agent) => {
    const queue = create(sender);
    receiver.signals.record('SIGUSR1');
    receiver.mq.notify(receiver.mq.open(NAME), 'SIGUSR1', 42);
    sender.mq.send(queue, 'wake up');
    return receiver.signals.recorded();
  };

  test.each(['clone', 'unshare'] as const)(
    'caused from outside the receiver’s PID namespace by %s carries sender pid 0',
    (via) => {
      const receiver = ns.agent({ unshare: ['pid'], via });
      expect(notified(receiver, ns.agent())).toMatchObject([
        { signal: 'SIGUSR1', codeName: 'SI_MESGQ', pid: 0, value: 42n },
      ]);
    },
  );

  test('caused from inside a child’s carries the pid that the receiver knows', () => {
    const sender = ns.agent({ unshare: ['pid'] });
    expect(sender.ids().pid).toBe(1);
    expect(notified(ns.agent(), sender)).toMatchObject([
      { signal: 'SIGUSR1', codeName: 'SI_MESGQ', pid: sender.pid },
    ]);
  });

  test('is for one process at a time: EBUSY', () => {
    const [first, second] = [ns.agent(), ns.agent()];
    first.signals.record('SIGUSR1');
    first.mq.notify(create(first), 'SIGUSR1');
    const queue = second.mq.open(NAME);
    expect(() => second.mq.notify(queue, 'SIGUSR2')).toFailWithErrno('EBUSY');
  });
});

describe('MQ-11 msg_max', () => {
  const FILE = '/proc/sys/fs/mqueue/msg_max';

  test.each(['clone', 'unshare'] as const)(
    'written in a new namespace by %s does not change the parent’s',
    (via) => {
      const child = ns.agent({ unshare: ['ipc', 'mount'], via });
      mountProc(child);
      const before = ns.sysctl.get('fs.mqueue.msg_max');
      writeKernelFile(child, FILE, Number(before) + 1);
      expect(child.fs.readFile(FILE)).toBe(`${Number(before) + 1}\n`);
      expect(ns.sysctl.get('fs.mqueue.msg_max')).toBe(before);
    },
  );

  test('is what a queue may have at most: EINVAL', () => {
    const child = ns.agent({ unshare: ['user', 'ipc', 'mount', 'pid'] });
    mountProc(child);
    writeKernelFile(child, FILE, 1);
    // Without CAP_SYS_RESOURCE on the machine the limit holds. mq_overview(7)
    expect(() => create(child)).toFailWithErrno('EINVAL');
    create(ns.agent());
  });
});
