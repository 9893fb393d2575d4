import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from '@jest/globals';
import { hostState } from '../../support/host';
import { OneRun, type TestFile } from '../support/one-run';

// What becomes of a sandbox's scratch areas.

/** Where no sandbox has a file system of its own unless it asks for one. */
const scratch = mkdtempSync('/var/tmp/ns-jest-test-');
const base = path.join(scratch, 'base');
mkdirSync(base);
writeFileSync(path.join(base, 'kept'), 'kept');
afterAll(() => rmSync(scratch, { recursive: true }));

const mountsOfHost = () => hostState().mounts;
let before: string[];
beforeEach(() => {
  before = mountsOfHost();
});
afterEach(() => {
  expect(mountsOfHost()).toEqual(before);
});

test('RUN-11 nothing that a run left is seen by the next file or the next run, or stays', async () => {
  const own = ['/tmp', '/dev/shm', '/run', base].map((folder) => path.join(folder, 'ns-jest-left'));
  const file: TestFile = {
    options: { root: { type: 'overlay' } },
    text: `test.each(${JSON.stringify(own)})('%s', (file) => {
      expect(fs.existsSync(file)).toBe(false);
      fs.writeFileSync(file, 'left');
      expect(fs.readFileSync(file, 'utf8')).toBe('left');
    });`,
  };
  const temporary = path.join(scratch, 'temporary');
  mkdirSync(temporary);
  const options = {
    env: { TMPDIR: temporary },
    args: ['--runInBand', '--cacheDirectory', path.join(scratch, 'cache')],
  };
  for (let time = 0; time < 2; time++) {
    const run = await OneRun.of({ first: file, second: file }, options);
    try {
      run.expectPassed('first', 'second');
    } finally {
      run.remove();
    }
    expect(readdirSync(temporary)).toEqual([]);
    expect(readdirSync(base)).toEqual(['kept']);
    expect(hostState().tmp).toEqual([]);
  }
});
