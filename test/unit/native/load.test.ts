import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { binaryPath } from '../../../src/native/load';

const before = process.env.NS_JEST_BINARIES;

afterEach(() => {
  if (before === undefined) delete process.env.NS_JEST_BINARIES;
  else process.env.NS_JEST_BINARIES = before;
});

test('a binary is found in the folder that the environment names', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'binaries-'));
  fs.writeFileSync(path.join(folder, 'ns-init'), '');
  process.env.NS_JEST_BINARIES = folder;
  expect(binaryPath('ns-init')).toBe(path.join(folder, 'ns-init'));
  fs.rmSync(folder, { recursive: true });
});

test('a binary that is missing: the error lists where it was looked for and what to do', () => {
  delete process.env.NS_JEST_BINARIES;
  const root = path.resolve(__dirname, '..', '..', '..');
  expect(() => binaryPath('nope')).toThrow(
    `Cannot find ns-jest's binary nope for linux-${process.arch}. Tried:\n` +
      `  ${root}/prebuilds/linux-${process.arch}/nope\n` +
      'Reinstall ns-jest, or in a clone of it: npm run build:addon',
  );
});
