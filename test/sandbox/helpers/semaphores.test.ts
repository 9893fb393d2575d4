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

test('operations are done all at once or not at all', () => {
  const { id } = ns.semaphores.create({ count: 2 });
  ns.semaphores.operate(id, [{ by: 3 }, { index: 1, by: 1 }]);
  expect(ns.semaphores.getValue(id)).toBe(3);
  expect(() => ns.semaphores.operate(id, [{ by: -1 }, { index: 1, by: -2 }])).toThrow(
    expect.objectContaining({ code: 'EAGAIN', syscall: 'semop', id }),
  );
  expect([0, 1].map((index) => ns.semaphores.getValue(id, index))).toEqual([3, 1]);
  ns.semaphores.operate(id, { by: -3 });
  ns.semaphores.operate(id, { by: 0 });
  expect(ns.semaphores.get(id)).toStrictEqual({
    value: 0,
    pid: process.pid,
    waitingForIncrease: 0,
    waitingForZero: 0,
  });
  ns.semaphores.remove(id);
});

test('waiting in vain ends after its time, and says EAGAIN', () => {
  const { id } = ns.semaphores.create({ count: 1 });
  const start = process.hrtime.bigint();
  expect(() => ns.semaphores.operate(id, { by: -1 }, { wait: 30 })).toThrow(
    expect.objectContaining({ code: 'EAGAIN' }),
  );
  expect(Number(process.hrtime.bigint() - start)).toBeGreaterThan(20e6);
  ns.semaphores.remove(id);
});

test('what is to be undone is, when the process ends', async () => {
  const { id } = ns.semaphores.create({ count: 1, mode: 0o600 });
  ns.semaphores.setValue(id, 5);
  const script = `const { ns } = require(${JSON.stringify(require.resolve('ns-jest'))});
    ns.semaphores.operate(${id}, [{ by: -2, undo: true }]);
    ns.semaphores.operate(${id}, [{ by: -1 }]);
    console.log(ns.semaphores.getValue(${id}));`;
  expect((await ns.run(process.execPath, ['-e', script])).stdout).toBe('2\n');
  expect(ns.semaphores.getValue(id)).toBe(4);
  ns.semaphores.remove(id);
});

test('a semaphore that is not there is EFBIG to an operation, and no value is above 32767', () => {
  const { id } = ns.semaphores.create({ count: 1 });
  expect(() => ns.semaphores.operate(id, { index: 1, by: 1 })).toThrow(
    expect.objectContaining({ code: 'EFBIG' }),
  );
  ns.semaphores.setValue(id, 32_767);
  expect(() => ns.semaphores.operate(id, { by: 1 })).toThrow(
    expect.objectContaining({ code: 'ERANGE' }),
  );
  ns.semaphores.remove(id);
});
