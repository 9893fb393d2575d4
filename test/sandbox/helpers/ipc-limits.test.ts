import { afterAll, expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

const before = ns.ipcLimits.get();

afterAll(() => ns.ipcLimits.set({ msgmni: before.msgmni, semmni: before.semmni }));

test('the limits are those of /proc/sys', () => {
  expect(before.msgmax).toBe(Number(ns.sysctl.get('kernel.msgmax')));
  expect(ns.sysctl.get('kernel.sem').split('\t').map(Number)).toEqual([
    before.semmsl,
    before.semmns,
    before.semopm,
    before.semmni,
  ]);
  expect(before.msgsize_max).toBe(Number(ns.sysctl.get('fs.mqueue.msgsize_max')));
});

test('a limit that was set is kept by the kernel', () => {
  ns.ipcLimits.set({ msgmni: 1, semmni: 1 });
  expect(ns.ipcLimits.get()).toStrictEqual({ ...before, msgmni: 1, semmni: 1 });
  const { id } = ns.messageQueues.create();
  expect(() => ns.messageQueues.create()).toThrow(
    expect.objectContaining({ code: 'ENOSPC', syscall: 'msgget' }),
  );
  ns.messageQueues.remove(id);
  const set = ns.semaphores.create({ count: 1 });
  expect(() => ns.semaphores.create({ count: 1 })).toThrow(
    expect.objectContaining({ code: 'ENOSPC', syscall: 'semget' }),
  );
  ns.semaphores.remove(set.id);
});

test('the largest of all survive being read and set', () => {
  ns.ipcLimits.set({ shmmax: before.shmmax });
  expect(ns.ipcLimits.get().shmmax).toBe(before.shmmax);
});

test('a value that the kernel does not take is refused, by the file', () => {
  expect(() => ns.ipcLimits.set({ msgmni: 2 ** 40 })).toThrow(
    expect.objectContaining({ code: 'EINVAL', path: '/proc/sys/kernel/msgmni' }),
  );
});
