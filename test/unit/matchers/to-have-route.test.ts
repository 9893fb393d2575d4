import { describe, expect, test } from '@jest/globals';
import { failureOf, ns } from './recorded';

describe('toHaveRoute', () => {
  test('passes', () => {
    expect(ns).toHaveRoute('default');
    expect(ns).toHaveRoute('0.0.0.0/0');
    expect(ns).toHaveRoute('::/0');
    expect(ns).toHaveRoute('10.0.0.0/24');
    expect(ns).toHaveRoute('127.0.0.1');
    expect(ns).toHaveRoute({ gateway: '10.0.0.1', interface: 'eth0', metric: 100 });
    expect(ns).toHaveRoute({ destination: '10.0.0.0/24', gateway: undefined });
    expect(ns).toHaveRoute({ destination: '::/0', type: 'blackhole' });
    expect(ns).toHaveRoute({ destination: expect.stringContaining('10.') });
  });

  test('fails', () => {
    expect(failureOf(() => expect(ns).toHaveRoute('10.0.0.0/8'))).toMatchInlineSnapshot(`
"expect(ns).toHaveRoute(expected)

Expected a route to "10.0.0.0/8"
Routes in this sandbox:
  default via 10.0.0.1 dev eth0 metric 100
  10.0.0.0/24 dev eth0
  local 127.0.0.1/32 dev lo
  10.9.0.0/16 nexthop via 10.0.0.1 dev eth0 weight 1 nexthop via 10.0.0.2 weight 3
  blackhole inet6 default metric 1024"
`);
  });

  test('.not passes', () => {
    expect(ns).not.toHaveRoute('10.0.0.0');
    expect(ns).not.toHaveRoute({ destination: 'default', gateway: undefined, family: 'inet' });
  });

  test('.not fails', () => {
    expect(
      failureOf(() => expect(ns).not.toHaveRoute({ interface: 'eth0' })),
    ).toMatchInlineSnapshot(`
"expect(ns).not.toHaveRoute(expected)

Expected no route with {"interface": "eth0"}
But there is:
  default via 10.0.0.1 dev eth0 metric 100
  10.0.0.0/24 dev eth0"
`);
  });

  test('needs a destination', () => {
    expect(failureOf(() => expect(ns).not.toHaveRoute('10.0.0.0/33'))).toMatchInlineSnapshot(`
"expect(ns).not.toHaveRoute(expected)

Matcher error: expected value must be "default" or a destination such as "10.0.0.0/8"

Expected has type:  string
Expected has value: "10.0.0.0/33""
`);
  });

  test('names the key that was meant', () => {
    expect(
      failureOf(() => expect(ns).toHaveRoute({ gatway: '10.0.0.1' } as object)),
    ).toMatchInlineSnapshot(`
"expect(ns).toHaveRoute(expected)

Matcher error: expected value has the unknown key "gatway". Did you mean "gateway"?

Keys: destination, gateway, interface, type, metric, family"
`);
  });
});
