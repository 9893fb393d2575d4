import { describe, expect, test } from '@jest/globals';
import { emptyNs, failureOf, ns } from './recorded';

describe('toHaveNoIpcObjects', () => {
  test('passes', () => {
    expect(emptyNs).toHaveNoIpcObjects();
  });

  test('fails', () => {
    expect(failureOf(() => expect(ns).toHaveNoIpcObjects())).toMatchInlineSnapshot(`
"expect(ns).toHaveNoIpcObjects()

Expected no IPC objects
IPC objects in this sandbox:
  message queue id 3 key 4660 (0x00001234)
  semaphore set id 0 key 4294967295 (0xffffffff)
  shared memory segment id 32769 key 0 (0x00000000)
  POSIX queue /jobs"
`);
  });

  test('.not passes', () => {
    expect(ns).not.toHaveNoIpcObjects();
  });

  test('.not fails', () => {
    expect(failureOf(() => expect(emptyNs).not.toHaveNoIpcObjects())).toMatchInlineSnapshot(`
"expect(ns).not.toHaveNoIpcObjects()

Expected IPC objects
IPC objects in this sandbox:
  none"
`);
  });
});
