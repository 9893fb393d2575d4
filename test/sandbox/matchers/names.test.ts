import os from 'node:os';
import { expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

test('toHaveHostname sees the hostname that was set', () => {
  ns.hostname.set('web-1');
  expect(ns).toHaveHostname('web-1');
  expect(ns).toHaveHostname(/^web-\d$/);
  expect(ns).toHaveHostname(os.hostname());
  expect(ns).not.toHaveHostname('web');
  expect(() => expect(ns).toHaveHostname('db-1')).toThrow('Received hostname: ');
});

test('toHaveDomainname sees the domain name that was set', () => {
  ns.domainname.set('example.org');
  expect(ns).toHaveDomainname('example.org');
  expect(ns).not.toHaveDomainname(/com$/);
});
