import { expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

test('a set that was created is listed, and gone when it was removed', () => {
  const { id, key } = ns.semaphores.create({ key: 7, count: 3 });
  expect(key).toBe(7);
  expect(ns.semaphores.open({ key: 7 }).id).toBe(id);
  expect(ns.semaphores.list()).toMatchObject([{ id, key: 7, mode: 0o600, count: 3 }]);
  ns.semaphores.remove(id);
  expect(ns.semaphores.list()).toStrictEqual([]);
  expect(() => ns.semaphores.open({ key: 7 })).toThrow(expect.objectContaining({ code: 'ENOENT' }));
});

test('each semaphore of a set has a value of its own', () => {
  const { id } = ns.semaphores.create({ count: 2 });
  ns.semaphores.setValue(id, 32_767, 1);
  expect(ns.semaphores.getValue(id)).toBe(0);
  expect(ns.semaphores.getValue(id, 1)).toBe(32_767);
  expect(() => ns.semaphores.getValue(id, 2)).toThrow(
    expect.objectContaining({ code: 'EINVAL', syscall: 'semctl', index: 2 }),
  );
  ns.semaphores.remove(id);
});
