import { expect, test } from '@jest/globals';
import { changesOf, type HostFacts, hostFacts } from '../../../src/host/facts';

const EMPTY: HostFacts = {
  sysctls: [],
  mounts: [],
  ipc: [],
  interfaces: [],
  routes: [],
};

test('the same is no change', () => {
  expect(changesOf(EMPTY, { ...EMPTY })).toEqual([]);
});

test('what has gone and what has come, by kind', () => {
  const before = { ...EMPTY, sysctls: ['kernel/hostname = a'], interfaces: ['lo'] };
  const now = { ...EMPTY, sysctls: ['kernel/hostname = b'], interfaces: ['lo', 'eth9'] };
  expect(changesOf(before, now)).toEqual([
    'sysctls',
    '  - kernel/hostname = a',
    '  + kernel/hostname = b',
    'interfaces',
    '  + eth9',
  ]);
});

test('a machine has a hostname and mounts', () => {
  const { sysctls, mounts } = hostFacts();
  expect(sysctls).toContainEqual(expect.stringMatching(/^kernel\/hostname = ./));
  expect(mounts.length).toBeGreaterThan(0);
});
