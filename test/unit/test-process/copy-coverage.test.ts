import vm from 'node:vm';
import { expect, test } from '@jest/globals';
import type { JestPackages } from '../../../src/jest/find-jest';
import { copyCoverageQuickly } from '../../../src/test-process/copy-coverage';

/** A jest-runtime of a realm whose coverage that is. */
function runtimeWith(coverage: unknown) {
  class Runtime {
    readonly _environment = { global: { __coverage__: coverage } };
    getAllCoverageInfoCopy(): unknown {
      return "Jest's copy";
    }
  }
  const jest = { require: () => Runtime } as unknown as JestPackages;
  copyCoverageQuickly(jest);
  copyCoverageQuickly(jest);
  return new Runtime();
}

test('data of another realm is copied, as it is now', () => {
  const coverage = vm.runInNewContext(`({ '/a.js': { s: { 0: 1 }, b: { 0: [1, 0] } } })`);
  const copy = runtimeWith(coverage).getAllCoverageInfoCopy();
  coverage['/a.js'].s[0] += 1;
  expect(copy).toEqual({ '/a.js': { s: { 0: 1 }, b: { 0: [1, 0] } } });
});

test('of a file that counts nothing there is none', () => {
  expect(runtimeWith(undefined).getAllCoverageInfoCopy()).toBeUndefined();
});

test('what is more than data is copied by Jest', () => {
  const coverage = { '/a.js': { count: () => {} } };
  expect(runtimeWith(coverage).getAllCoverageInfoCopy()).toBe("Jest's copy");
});
