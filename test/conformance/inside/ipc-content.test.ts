import { describe, expect, test } from '@jest/globals';
import { type Agent, ns } from 'ns-jest';
import { removeAfterEach } from '../support/system-v';

const KEY = 0xc0de;
removeAfterEach();

describe.each(['clone', 'unshare'] as const)(
  'IPC-07 segments of one key in two namespaces by %s',
  (via) => {
    test('have bytes of their own', () => {
      const [first, second] = [
        ns.agent({ unshare: ['ipc'], via }),
        ns.agent({ unshare: ['ipc'], via }),
      ].map((agent) => {
        const address = agent.ipc.shmat(agent.ipc.shmget(KEY, 4096, ['IPC_CREAT', 'IPC_EXCL']));
        return { agent, address };
      }) as [Attached, Attached];
      first.agent.ipc.write(first.address, 'A');
      expect(second.agent.ipc.read(second.address, 1)).toEqual(Buffer.from([0]));
      second.agent.ipc.write(second.address, 'B');
      expect(first.agent.ipc.read(first.address, 1).toString()).toBe('A');
    });
  },
);

interface Attached {
  agent: Agent;
  address: number;
}

describe('IPC-07 a segment', () => {
  test('is shared by two in one namespace', () => {
    const [first, second] = [ns.agent(), ns.agent()];
    const id = first.ipc.shmget(KEY, 4096, 'IPC_CREAT');
    const [here, there] = [first.ipc.shmat(id), second.ipc.shmat(second.ipc.shmget(KEY))];
    first.ipc.write(here, 'shared');
    expect(second.ipc.read(there, 6).toString()).toBe('shared');
    expect(ns.sharedMemory.list()).toMatchObject([{ key: KEY, attached: 2 }]);
  });

  test('that is attached stays attached when its process leaves the namespace', () => {
    const [first, second] = [ns.agent(), ns.agent()];
    const id = first.ipc.shmget(KEY, 4096, 'IPC_CREAT');
    const [here, there] = [first.ipc.shmat(id), second.ipc.shmat(id)];
    second.unshare(['ipc']);
    first.ipc.write(here, 'still');
    expect(second.ipc.read(there, 5).toString()).toBe('still');
    expect(() => second.ipc.shmat(id)).toFailWithErrno('EINVAL');
  });
});

describe('messages', () => {
  test('IPC-09 go to the queue of the own namespace, though the keys are the same', () => {
    const [first, second] = [ns.agent({ unshare: ['ipc'] }), ns.agent({ unshare: ['ipc'] })];
    const ids = [first, second].map((agent) => agent.ipc.msgget(KEY, 'IPC_CREAT')) as number[];
    first.ipc.msgsnd(ids[0] as number, 1, 'for the first');
    expect(() => second.ipc.msgrcv(ids[1] as number)).toFailWithErrno('ENOMSG');
    expect(first.ipc.msgrcv(ids[0] as number)).toEqual({
      type: 1,
      data: Buffer.from('for the first'),
    });
  });

  test('IPC-09 pass between two in one namespace, which waits for them', () => {
    const [first, second] = [ns.agent(), ns.agent()];
    const id = first.ipc.msgget(KEY, 'IPC_CREAT');
    const buffer = Buffer.alloc(8 + 16);
    const pending = second.startSyscall('msgrcv', id, buffer, 16, 7, 0);
    first.ipc.msgsnd(id, 6, 'of another type');
    expect(pending.done()).toBe(false);
    first.ipc.msgsnd(id, 7, 'hello');
    expect(pending.result()).toBe(5);
    expect(buffer.toString('utf8', 8, 13)).toBe('hello');
    // The sender is known by its pid in the reader's PID namespace.
    expect(second.ipc.msgStat(id)).toMatchObject({
      lastSender: first.pid,
      lastReceiver: second.pid,
      messages: 1,
    });
  });
});

describe('semaphores', () => {
  test('IPC-14 are taken down by one plain child after its sibling raised them', () => {
    const [first, second] = [ns.agent(), ns.agent()];
    const id = first.ipc.semget(KEY, 1, 'IPC_CREAT');
    const take = { by: -1, flags: ['IPC_NOWAIT', 'SEM_UNDO'] } as const;
    expect(() => second.ipc.semop(id, take)).toFailWithErrno('EAGAIN');
    first.ipc.semop(id, { by: 1, flags: 'SEM_UNDO' });
    second.ipc.semop(id, take);
    expect(first.ipc.semGetValue(id)).toBe(0);
  });

  test('IPC-14 wake a sibling that waits for them', () => {
    const [first, second] = [ns.agent(), ns.agent()];
    const id = first.ipc.semget(KEY, 1, 'IPC_CREAT');
    const pending = second.ipc.startSemop(id, { by: -1 });
    expect(pending.done()).toBe(false);
    first.ipc.semop(id, { by: 1 });
    expect(pending.result()).toBe(0);
    expect(first.ipc.semGetValue(id)).toBe(0);
  });

  test('IPC-14 are as before when who changed them with SEM_UNDO has ended', () => {
    const [first, second] = [ns.agent(), ns.agent()];
    const id = first.ipc.semget(KEY, 1, 'IPC_CREAT');
    first.ipc.semSetValue(id, 3);
    second.ipc.semop(id, { by: -2, flags: 'SEM_UNDO' });
    expect(first.ipc.semGetValue(id)).toBe(1);
    second.exit();
    expect(first.ipc.semGetValue(id)).toBe(3);
  });

  test('IPC-14 are as before, too, when he has left the namespace', () => {
    const [first, second] = [ns.agent(), ns.agent()];
    const id = first.ipc.semget(KEY, 1, 'IPC_CREAT');
    second.ipc.semop(id, { by: 2, flags: 'SEM_UNDO' });
    expect(first.ipc.semGetValue(id)).toBe(2);
    second.unshare(['ipc']);
    expect(first.ipc.semGetValue(id)).toBe(0);
  });

  test.each(['clone', 'unshare'] as const)(
    'IPC-16 of one key in two namespaces by %s have values of their own',
    (via) => {
      const [first, second] = [
        ns.agent({ unshare: ['ipc'], via }),
        ns.agent({ unshare: ['ipc'], via }),
      ];
      const take = { by: -1, flags: 'IPC_NOWAIT' } as const;
      const ids = [first, second].map((agent) => {
        const id = agent.ipc.semget(KEY, 1, ['IPC_CREAT', 'IPC_EXCL']);
        agent.ipc.semSetValue(id, 1);
        return id;
      }) as [number, number];
      first.ipc.semop(ids[0], take);
      expect(() => first.ipc.semop(ids[0], take)).toFailWithErrno('EAGAIN');
      second.ipc.semop(ids[1], take);
      expect([first.ipc.semGetValue(ids[0]), second.ipc.semGetValue(ids[1])]).toEqual([0, 0]);
    },
  );
});
