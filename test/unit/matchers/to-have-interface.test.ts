import { describe, expect, test } from '@jest/globals';
import { failureOf, ns } from './recorded';

describe('toHaveInterface', () => {
  test('passes', () => {
    expect(ns).toHaveInterface('lo');
    expect(ns).toHaveInterface(/^eth/);
    expect(ns).toHaveInterface({ name: 'lo', state: 'up', mtu: 65536 });
  });

  test('fails', () => {
    expect(
      failureOf(() => expect(ns).toHaveInterface({ name: 'eth0', state: 'up' })),
    ).toMatchInlineSnapshot(`
"expect(ns).toHaveInterface(expected)

Expected an interface with {"name": "eth0", "state": "up"}
Interfaces in this sandbox:
  lo up mtu 65536
  eth0 down mtu 1500"
`);
  });

  test('.not passes', () => {
    expect(ns).not.toHaveInterface('eth');
    expect(ns).not.toHaveInterface({ mtu: 1400 });
  });

  test('.not fails', () => {
    expect(failureOf(() => expect(ns).not.toHaveInterface(/./))).toMatchInlineSnapshot(`
"expect(ns).not.toHaveInterface(expected)

Expected no interface named /./
But there is:
  lo up mtu 65536
  eth0 down mtu 1500"
`);
  });
});
