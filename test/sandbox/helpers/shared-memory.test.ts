import { expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

test('a segment that was created is listed, and gone when it was removed', () => {
  const { id } = ns.sharedMemory.create({ key: 9, size: 100, mode: 0o644 });
  expect(ns.sharedMemory.open({ key: 9 }).id).toBe(id);
  expect(ns.sharedMemory.list()).toMatchObject([
    { id, key: 9, mode: 0o644, size: 100, attached: 0 },
  ]);
  ns.sharedMemory.remove(id);
  expect(ns.sharedMemory.list()).toStrictEqual([]);
  expect(() => ns.sharedMemory.open({ key: 9 })).toThrow(
    expect.objectContaining({ code: 'ENOENT' }),
  );
});

test('what was written is read again, up to the very last byte', () => {
  const { id } = ns.sharedMemory.create({ size: 100 });
  ns.sharedMemory.write(id, 'abc', { offset: 97 });
  const bytes = ns.sharedMemory.read(id, { offset: 95, length: 5 });
  expect(bytes).toStrictEqual(Buffer.from('\0\0abc'));
  expect(ns.sharedMemory.read(id, { offset: 100, length: 0 })).toHaveLength(0);
  // Each copy attached and detached again.
  expect(ns.sharedMemory.list()).toMatchObject([{ attached: 0 }]);
  ns.sharedMemory.remove(id);
});

test('nothing is touched beyond the end of a segment', () => {
  const { id } = ns.sharedMemory.create({ size: 100 });
  const message = (range: string) =>
    `Expected offset + length to be at most 100 bytes, the size of shared memory segment ${id}, got ${range}`;
  expect(() => ns.sharedMemory.write(id, 'abc', { offset: 98 })).toThrow(
    new RangeError(message('98 + 3')),
  );
  expect(() => ns.sharedMemory.read(id, { offset: 101, length: 0 })).toThrow(RangeError);
  expect(() => ns.sharedMemory.read(id, { length: Number.MAX_SAFE_INTEGER })).toThrow(RangeError);
  ns.sharedMemory.remove(id);
});

test('a segment that was removed says EINVAL', () => {
  const { id } = ns.sharedMemory.create({ size: 1 });
  ns.sharedMemory.remove(id);
  expect(() => ns.sharedMemory.read(id, { length: 1 })).toThrow(
    expect.objectContaining({ code: 'EINVAL', id }),
  );
});
