import { describe, expect, test } from '@jest/globals';
import { emptyNs, failureOf, ns } from './recorded';

describe('toHaveMessageQueue', () => {
  test('passes', () => {
    expect(ns).toHaveMessageQueue();
    expect(ns).toHaveMessageQueue({ key: 0x1234 });
    expect(ns).toHaveMessageQueue({ id: 3, key: 0x1234 });
  });

  test('fails', () => {
    expect(failureOf(() => expect(ns).toHaveMessageQueue({ key: 0x4321 }))).toMatchInlineSnapshot(`
"expect(ns).toHaveMessageQueue(expected)

Expected a message queue with {"key": 17185}
Message queues in this sandbox:
  id 3 key 4660 (0x00001234)"
`);
  });

  test('.not passes', () => {
    expect(ns).not.toHaveMessageQueue({ id: 17 });
    expect(emptyNs).not.toHaveMessageQueue();
  });

  test('.not fails', () => {
    expect(failureOf(() => expect(ns).not.toHaveMessageQueue({ id: 3 }))).toMatchInlineSnapshot(`
"expect(ns).not.toHaveMessageQueue(expected)

Expected no message queue with {"id": 3}
But there is:
  id 3 key 4660 (0x00001234)"
`);
  });
});
