import { describe, expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

test('what is there is not missing', () => {
  expect(ns.needs('user', 'uts', 'ipc', 'pid', 'net', 'mount').missing).toBeUndefined();
});

test('what is missing is told with what the kernel said', () => {
  // Every sandbox has a user namespace of its own.
  const { missing } = ns.needs('user', 'root');
  expect(missing).toBe('needs root: this user namespace is not the initial one');
});

test('a feature that nobody knows is one clear error', () => {
  expect(() => ns.needs('net.vteh' as never)).toThrow(
    /^Unknown feature "net.vteh"\. Did you mean "net.veth"\? Features: user, mount/,
  );
});

test('a probe leaves no process', () => {
  const before = ns.processes.list().length;
  ns.needs('process.setTid', 'nsfs.pid', 'ipc.mqueue', 'mount.overlay');
  expect(ns.processes.list()).toHaveLength(before);
});

// What becomes of those whose needs are not met: test/e2e/needs.test.ts

let ran = 0;
ns.needs('user').test('a test whose needs are met runs', () => {
  ran += 1;
});
ns.needs('user').test.each([1, 2])('so do those of a table: %d', (number) => {
  ran += number;
});
ns.needs('user').describe('and a group', () => {
  test('with its tests', () => {
    ran += 1;
  });
});
describe('afterwards', () => {
  test('all of them have run', () => {
    expect(ran).toBe(5);
  });
});
