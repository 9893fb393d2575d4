import os from 'node:os';
import { expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

test('the kernel has the hostname that was set', async () => {
  ns.hostname.set('web-1');
  expect(ns.hostname.get()).toBe('web-1');
  expect(os.hostname()).toBe('web-1');
  expect((await ns.run('uname', ['-n'])).stdout).toBe('web-1\n');
});

test('a hostname may be as long as the kernel allows', () => {
  ns.hostname.set('x'.repeat(64));
  expect(ns.hostname.get()).toBe('x'.repeat(64));
});

test('a child sees the domain name that was set', async () => {
  ns.domainname.set('corp.test');
  expect(ns.domainname.get()).toBe('corp.test');
  expect((await ns.run('cat', ['/proc/sys/kernel/domainname'])).stdout).toBe('corp.test\n');
});

test('a domain name of 64 bytes is not cut short', () => {
  ns.domainname.set('y'.repeat(64));
  expect(ns.domainname.get()).toBe('y'.repeat(64));
});
