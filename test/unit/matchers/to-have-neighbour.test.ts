import { describe, expect, test } from '@jest/globals';
import { emptyNs, failureOf, ns } from './recorded';

describe('toHaveNeighbour', () => {
  test('passes', () => {
    expect(ns).toHaveNeighbour('10.0.0.1');
    expect(ns).toHaveNeighbour('fd00:0::2');
    expect(ns).toHaveNeighbour({ linkAddress: /^02:/, interface: 'eth0', state: 'reachable' });
    expect(ns).toHaveNeighbour({ address: 'fd00::2', linkAddress: undefined });
  });

  test('fails', () => {
    expect(failureOf(() => expect(ns).toHaveNeighbour('10.0.0.9'))).toMatchInlineSnapshot(`
"expect(ns).toHaveNeighbour(expected)

Expected a neighbour with the address "10.0.0.9"
Neighbours in this sandbox:
  10.0.0.1 dev eth0 lladdr 02:00:00:00:00:01 reachable
  fd00::2 dev eth0 failed"
`);
  });

  test('.not passes', () => {
    expect(ns).not.toHaveNeighbour({ address: '10.0.0.1', state: 'permanent' });
    expect(emptyNs).not.toHaveNeighbour(/./);
  });

  test('.not fails', () => {
    expect(
      failureOf(() => expect(ns).not.toHaveNeighbour({ state: 'failed' })),
    ).toMatchInlineSnapshot(`
"expect(ns).not.toHaveNeighbour(expected)

Expected no neighbour with {"state": "failed"}
But there is:
  fd00::2 dev eth0 failed"
`);
  });

  test('needs an address', () => {
    expect(failureOf(() => expect(ns).toHaveNeighbour('10.0.0.0/8'))).toMatchInlineSnapshot(`
"expect(ns).toHaveNeighbour(expected)

Matcher error: expected value must be an IP address, such as "10.0.0.1"

Expected has type:  string
Expected has value: "10.0.0.0/8""
`);
  });
});
