import { expect, test } from '@jest/globals';
import { Slots } from '../../../src/runner/slots';

test('at most so many tasks at once, each in a slot of its own, in order', async () => {
  const slots = new Slots(2);
  const log: string[] = [];
  const ends: (() => void)[] = [];
  const runs = ['a', 'b', 'c'].map((name) =>
    slots.use(async (slot) => {
      log.push(`${name} in ${slot}`);
      await new Promise<void>((resolve) => ends.push(resolve));
    }),
  );
  await new Promise(setImmediate);
  expect(log).toEqual(['a in 1', 'b in 2']);
  ends[1]?.();
  await runs[1];
  await new Promise(setImmediate);
  expect(log).toEqual(['a in 1', 'b in 2', 'c in 2']);
  for (const end of ends) end();
  await Promise.all(runs);
});

test('a task that fails gives its slot back', async () => {
  const slots = new Slots(1);
  await expect(slots.use(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await slots.use((slot) => Promise.resolve(slot))).toBe(1);
});
