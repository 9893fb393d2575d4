import { expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

test('the default sandbox has the loopback interface alone, and it is up', () => {
  expect(ns).toHaveInterface({ name: 'lo', state: 'up' });
  expect(ns).toHaveOnlyInterfaces(['lo']);
  expect(ns).not.toHaveInterface('eth0');
  expect(() => expect(ns).toHaveOnlyInterfaces(['lo', 'eth0'])).toThrow('Missing: ');
});

test('the default sandbox has both loopback addresses, and can say so', () => {
  expect(ns).toHaveAddress('127.0.0.1');
  expect(ns).toHaveAddress('127.0.0.1/8');
  expect(ns).toHaveAddress('0:0:0:0:0:0:0:1/128');
  expect(ns).toHaveAddress({ address: '::1', interface: 'lo' });
  expect(ns).not.toHaveAddress('10.0.0.1');
  expect(() => expect(ns).toHaveAddress('10.0.0.1')).toThrow('127.0.0.1/8 dev lo scope host');
});

test('the default sandbox has no way out', () => {
  expect(ns).not.toHaveRoute('default');
  expect(ns).not.toHaveRoute('0.0.0.0/0');
});
