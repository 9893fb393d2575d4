import { describe, expect, test } from '@jest/globals';
import { failureOf, ns } from './recorded';

describe('toHaveSysctl', () => {
  test('passes', () => {
    expect(ns).toHaveSysctl('net.ipv4.ip_forward', 1);
    expect(ns).toHaveSysctl('net.ipv4.ip_forward', '1');
    expect(ns).toHaveSysctl('kernel.sem', /\t500\t/);
  });

  test('fails', () => {
    expect(failureOf(() => expect(ns).toHaveSysctl('kernel.sem', 7))).toMatchInlineSnapshot(`
"expect(ns).toHaveSysctl(expected)

Expected kernel.sem: "7"
Received kernel.sem: "32000	1024000000	500	32000""
`);
  });

  test('.not passes', () => {
    expect(ns).not.toHaveSysctl('net.ipv4.ip_forward', 0);
    expect(ns).not.toHaveSysctl('net.ipv4.ip_forward', /2/);
  });

  test('.not fails', () => {
    expect(
      failureOf(() => expect(ns).not.toHaveSysctl('net.ipv4.ip_forward', 1)),
    ).toMatchInlineSnapshot(`
"expect(ns).not.toHaveSysctl(expected)

Expected net.ipv4.ip_forward: not "1"
Received net.ipv4.ip_forward:     "1""
`);
  });

  test('needs a name and a value', () => {
    expect(failureOf(() => expect(ns).toHaveSysctl(7 as never, 1))).toContain(
      'name must be a string',
    );
    expect(failureOf(() => expect(ns).not.toHaveSysctl('a', true as never))).toContain(
      'value must be a string, a number or a regular expression',
    );
  });
});
