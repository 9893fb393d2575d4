import fs from 'node:fs';
import { expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

test('the ids are the inode numbers of /proc/self/ns', () => {
  const ids = ns.namespaces.ids();
  expect(ids.net).toBe(fs.statSync('/proc/self/ns/net').ino);
  expect(ids.mount).toBe(fs.statSync('/proc/self/ns/mnt').ino);
});

test('init is in the same namespaces as the test', () => {
  expect(ns.namespaces.ids(1)).toStrictEqual(ns.namespaces.ids());
});

test('there are no ids of a process that does not exist', () => {
  expect(() => ns.namespaces.ids(2 ** 31 - 1)).toThrow(expect.objectContaining({ code: 'ESRCH' }));
});

test("what was asked for is not the host's", () => {
  const inside = ns.namespaces.ids();
  const outside = ns.namespaces.hostIds();
  const asked = ns.namespaces.asked();
  expect(asked).not.toHaveLength(0);
  for (const name of asked) expect(inside[name]).not.toBe(outside[name]);
});

test('what the helpers return belongs to the realm of the test', () => {
  expect(ns.namespaces.hostIds()).toStrictEqual({ ...ns.namespaces.hostIds() });
  expect(ns.namespaces.asked()).toBeInstanceOf(Array);
});
