import { describe, expect, test } from '@jest/globals';
import { failureOf, ns } from './recorded';

describe('toHaveOnlyInterfaces', () => {
  test('passes', () => {
    expect(ns).toHaveOnlyInterfaces(['lo', 'eth0']);
    expect(ns).toHaveOnlyInterfaces(['eth0', 'lo']);
  });

  test('fails', () => {
    expect(failureOf(() => expect(ns).toHaveOnlyInterfaces(['lo', 'eth1']))).toMatchInlineSnapshot(`
"expect(ns).toHaveOnlyInterfaces(expected)

Expected only the interfaces ["lo", "eth1"]
Missing: ["eth1"]
Not expected: ["eth0"]
Interfaces in this sandbox:
  lo up mtu 65536
  eth0 down mtu 1500"
`);
  });

  test('.not passes', () => {
    expect(ns).not.toHaveOnlyInterfaces(['lo']);
    expect(ns).not.toHaveOnlyInterfaces(['lo', 'eth0', 'eth1']);
    expect(ns).not.toHaveOnlyInterfaces([]);
  });

  test('.not fails', () => {
    expect(
      failureOf(() => expect(ns).not.toHaveOnlyInterfaces(['lo', 'eth0'])),
    ).toMatchInlineSnapshot(`
"expect(ns).not.toHaveOnlyInterfaces(expected)

Expected other interfaces than ["lo", "eth0"]
Interfaces in this sandbox:
  lo up mtu 65536
  eth0 down mtu 1500"
`);
  });

  test('needs an array', () => {
    expect(
      failureOf(() => expect(ns).toHaveOnlyInterfaces('lo' as unknown as string[])),
    ).toMatchInlineSnapshot(`
"expect(ns).toHaveOnlyInterfaces(expected)

Matcher error: expected value must be an array of interface names

Expected has type:  string
Expected has value: "lo""
`);
  });
});
