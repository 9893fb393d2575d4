import { describe, expect, test } from '@jest/globals';
import { emptyNs, failureOf, ns } from './recorded';

describe('toHaveSharedMemory', () => {
  test('passes', () => {
    expect(ns).toHaveSharedMemory();
    expect(ns).toHaveSharedMemory({ key: 0 });
    expect(ns).toHaveSharedMemory({ id: 32769, key: 0 });
  });

  test('fails', () => {
    expect(failureOf(() => expect(ns).toHaveSharedMemory({ key: 0x4321 }))).toMatchInlineSnapshot(`
"expect(ns).toHaveSharedMemory(expected)

Expected a shared memory segment with {"key": 17185}
Shared memory segments in this sandbox:
  id 32769 key 0 (0x00000000)"
`);
  });

  test('.not passes', () => {
    expect(ns).not.toHaveSharedMemory({ id: 17 });
    expect(emptyNs).not.toHaveSharedMemory();
  });

  test('.not fails', () => {
    expect(
      failureOf(() => expect(ns).not.toHaveSharedMemory({ id: 32769 })),
    ).toMatchInlineSnapshot(`
"expect(ns).not.toHaveSharedMemory(expected)

Expected no shared memory segment with {"id": 32769}
But there is:
  id 32769 key 0 (0x00000000)"
`);
  });
});
