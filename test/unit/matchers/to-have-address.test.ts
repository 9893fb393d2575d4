import { describe, expect, test } from '@jest/globals';
import { failureOf, ns } from './recorded';

describe('toHaveAddress', () => {
  test('passes', () => {
    expect(ns).toHaveAddress('127.0.0.1');
    expect(ns).toHaveAddress('127.0.0.1/8');
    expect(ns).toHaveAddress('::1');
    expect(ns).toHaveAddress('0:0:0:0:0:0:0:1/128');
    expect(ns).toHaveAddress({ address: '0::1', prefixLength: 128 });
    expect(ns).toHaveAddress(/^127\./);
    expect(ns).toHaveAddress({ address: '::1', interface: 'lo', scope: 'host' });
  });

  test('fails', () => {
    expect(failureOf(() => expect(ns).toHaveAddress('10.0.0.1'))).toMatchInlineSnapshot(`
"expect(ns).toHaveAddress(expected)

Expected an address equal to "10.0.0.1"
Addresses in this sandbox:
  127.0.0.1/8 dev lo scope host
  ::1/128 dev lo scope host"
`);
  });

  test('.not passes', () => {
    expect(ns).not.toHaveAddress('127.0.0.1/16');
    expect(ns).not.toHaveAddress('127.0.0.2');
    expect(ns).not.toHaveAddress({ family: 'inet', interface: 'eth0' });
  });

  test('.not fails', () => {
    expect(failureOf(() => expect(ns).not.toHaveAddress('127.0.0.1/8'))).toMatchInlineSnapshot(`
"expect(ns).not.toHaveAddress(expected)

Expected no address equal to "127.0.0.1/8"
But there is:
  127.0.0.1/8 dev lo scope host"
`);
  });

  test('needs an address', () => {
    expect(failureOf(() => expect(ns).not.toHaveAddress('localhost'))).toMatchInlineSnapshot(`
"expect(ns).not.toHaveAddress(expected)

Matcher error: expected value must be an IP address, such as "10.0.0.1" or "10.0.0.1/24"

Expected has type:  string
Expected has value: "localhost""
`);
  });
});
