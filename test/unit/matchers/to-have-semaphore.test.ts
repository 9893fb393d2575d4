import { describe, expect, test } from '@jest/globals';
import { emptyNs, failureOf, ns } from './recorded';

describe('toHaveSemaphore', () => {
  test('passes', () => {
    expect(ns).toHaveSemaphore();
    expect(ns).toHaveSemaphore({ key: 0xffffffff });
    expect(ns).toHaveSemaphore({ id: 0, key: 0xffffffff });
  });

  test('fails', () => {
    expect(failureOf(() => expect(ns).toHaveSemaphore({ key: 0x4321 }))).toMatchInlineSnapshot(`
"expect(ns).toHaveSemaphore(expected)

Expected a semaphore set with {"key": 17185}
Semaphore sets in this sandbox:
  id 0 key 4294967295 (0xffffffff)"
`);
  });

  test('.not passes', () => {
    expect(ns).not.toHaveSemaphore({ id: 17 });
    expect(emptyNs).not.toHaveSemaphore();
  });

  test('.not fails', () => {
    expect(failureOf(() => expect(ns).not.toHaveSemaphore({ id: 0 }))).toMatchInlineSnapshot(`
"expect(ns).not.toHaveSemaphore(expected)

Expected no semaphore set with {"id": 0}
But there is:
  id 0 key 4294967295 (0xffffffff)"
`);
  });
});
