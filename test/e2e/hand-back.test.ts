/** What copies transform and compile is had by those after them, and by none for whom it would be wrong. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { launchBoth } from '../support/launches';
import { ENTRY_LINES } from '../support/package';
import { BY_NAME, outcomes, Project } from '../support/project';

/** Counts, and makes of each module what depends on where it is run. */
const TRANSFORMER = `
  const { appendFileSync } = require('node:fs');
  const path = require('node:path');
  module.exports = {
    getCacheKey: (text, file) => String(process.hrtime.bigint()),
    process(text, file) {
      appendFileSync(path.join(__dirname, 'log'), path.basename(file) + '\\n');
      return { code: text.replace('FLAVOUR', process.env.FLAVOUR ?? 'plain') };
    },
  };`;

const [{ config: PRESET }] = ENTRY_LINES;

let project: Project | undefined;
afterEach(() => project?.remove());

/** A test file that expects this of the module that all have. */
function file(expected: string, options: object = {}): string {
  return `/** @jest-environment-options ${JSON.stringify(options)} */
    test('${expected}', () => expect(require('./shared').of).toBe('${expected}'));`;
}

/** Runs the files one after the other, and counts how often the shared module was transformed. */
async function run(files: string[], jest: string, ...flags: string[]) {
  project = new Project({
    'shared.js': `exports.of = 'FLAVOUR';`,
    'transformer.js': TRANSFORMER,
    'by-name.js': BY_NAME,
    log: '',
  });
  for (const [index, text] of files.entries())
    project.write(`${index}.test.js`, text.replaceAll('FOLDER', project.folder));
  const config = {
    ...PRESET,
    cacheDirectory: '<rootDir>/cache',
    transform: { '\\.js$': '<rootDir>/transformer.js' },
    testSequencer: '<rootDir>/by-name.js',
    testEnvironmentOptions: { launch: 'fork' },
  };
  const done = await project.run(config, { jest, args: ['-w', '1', ...flags] });
  const log = project.read('log').split('\n');
  return {
    outcomes: outcomes(done),
    times: log.filter((name) => name === 'shared.js').length,
  };
}

describe.each(['jest', 'jest-29'])('%s', (jest) => {
  test('without a cache a module is transformed once', async () => {
    const { outcomes: all, times } = await run(Array(5).fill(file('plain')), jest, '--no-cache');
    expect(all).toEqual(Array(5).fill('plain: passed'));
    expect(times).toBe(1);
  });

  test('nor is it where a transformer defeats the cache, but for the copy that tries it ahead', async () => {
    const { outcomes: all, times } = await run(Array(5).fill(file('plain')), jest);
    expect(all).toEqual(Array(5).fill('plain: passed'));
    expect(times).toBeLessThan(4);
  });

  test('a file with an environment of its own, or other files, has its own, and keeps it', async () => {
    const target = 'FOLDER/shared.js';
    const files = [
      file('plain'),
      file('mint', { env: { FLAVOUR: 'mint' } }),
      file('plain'),
      file('mounted', {
        mounts: [{ type: 'file', target, content: 'exports.of = "mounted";' }],
      }),
      file('plain'),
    ];
    const { outcomes: all, times } = await run(files, jest, '--no-cache');
    expect(all).toEqual([
      'mint: passed',
      'mounted: passed',
      'plain: passed',
      'plain: passed',
      'plain: passed',
    ]);
    expect(times).toBe(3);
  });

  test('what an earlier copy has compiled runs as what a file has compiled itself', async () => {
    const test = (index: number) => `
      const { see } = require('./see');
      const shared = require('./shared');
      test('sees', async () => {
        see('${index} stack', (() => { try { shared.fail(); } catch (error) { return error.stack; } })());
        see('${index} text', [shared.fail, shared.deep].map(String));
        see('${index} imported', (await shared.load()).name);
        see('${index} realm', [shared.list instanceof Array, shared.global === globalThis]);
        see('${index} state', shared.count());
      });`;
    const { exec, fork } = await launchBoth(
      {
        'shared.js': `
          /** @type {import('./other.js')} */
          let calls = 0;
          exports.fail = () => exports.deep({ a: 1 });
          exports.deep = function deep({ a }) { throw new TypeError('deep ' + a); };
          exports.load = () => require('./loads').load();
          exports.list = [];
          exports.global = globalThis;
          exports.count = () => (calls += 1);`,
        'loads.js': `exports.load = () => import('./other.mjs');`,
        'other.mjs': `export const name = import.meta.url.split('/').pop();`,
        ...Object.fromEntries([0, 1, 2, 3].map((index) => [`${index}.test.js`, test(index)])),
      },
      { jest, args: ['-w', '1'], env: { NODE_OPTIONS: '--experimental-vm-modules --no-warnings' } },
    );
    expect(Object.keys(exec.seen)).toHaveLength(20);
    expect(fork.seen).toEqual(exec.seen);
  });
});
