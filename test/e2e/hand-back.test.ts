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

  test('what a test does to V8, or to vm, is for nobody else', async () => {
    project = new Project({
      'by-name.js': BY_NAME,
      'natives.js': 'exports.status = (f) => %GetOptimizationStatus(f);',
      'plain.js': 'exports.plain = true;',
      '0.test.js': `
        require('v8').setFlagsFromString('--allow-natives-syntax');
        test('natives', () => expect(require('./natives').status(() => {})).toEqual(expect.any(Number)));`,
      '1.test.js': `
        const vm = require('vm');
        test('a mock', () => {
          const Script = jest.spyOn(vm, 'Script').mockImplementation(() => ({ runInContext: () => 'fake' }));
          expect(require('./plain').plain).toBe(true);
          expect(Script).not.toHaveBeenCalled();
        });`,
      '2.test.js': `test('plain', () => expect(require('./plain').plain).toBe(true));`,
    });
    const config = {
      ...PRESET,
      testSequencer: '<rootDir>/by-name.js',
      transform: {},
      testEnvironmentOptions: { launch: 'fork' },
    };
    const done = await project.run(config, { jest, args: ['-w', '1'] });
    const told = /exec|fork server|HandBack/;
    // Before 30.4 Jest compiles by vm.Script itself, as plain Jest does.
    const mocked = jest === 'jest' ? 'a mock: passed' : expect.stringMatching(/^a mock: /);
    expect(outcomes(done)).toEqual([mocked, 'natives: passed', 'plain: passed']);
    expect(done.stderr).not.toMatch(told);
  });

  test('a module of a private /tmp is no other file’s', async () => {
    const tmp = (text: string) => `
      const fs = require('fs');
      fs.mkdirSync('/tmp/ns-jest-test-module', { recursive: true });
      fs.writeFileSync('/tmp/ns-jest-test-module/index.js', 'exports.of = "${text}";');
      fs.utimesSync('/tmp/ns-jest-test-module/index.js', 1e9, 1e9);
      test('${text}', () => expect(require('/tmp/ns-jest-test-module').of).toBe('${text}'));`;
    const { outcomes: all } = await run([tmp('a'), tmp('b'), tmp('c')], jest);
    expect(all).toEqual(['a: passed', 'b: passed', 'c: passed']);
  });

  test('projects with the same transformer have their own', async () => {
    project = new Project({
      'transformer.js': TRANSFORMER,
      'by-name.js': BY_NAME,
      log: '',
      ...Object.fromEntries(
        ['one', 'two'].flatMap((name) => [
          [`${name}/shared.js`, `exports.of = 'FLAVOUR';`],
          ...[0, 1, 2].map((index) => [`${name}/${index}.test.js`, file('plain')]),
        ]),
      ),
    });
    const projects = ['one', 'two'].map((name) => ({
      ...PRESET,
      displayName: name,
      testMatch: [`<rootDir>/${name}/*.test.js`],
      transform: { '\\.js$': `${project?.folder}/transformer.js` },
      testEnvironmentOptions: { launch: 'fork' },
    }));
    const config = { projects, testSequencer: '<rootDir>/by-name.js' };
    const done = await project.run(config, { jest, args: ['-w', '1', '--no-cache'] });
    expect(outcomes(done)).toEqual(Array(6).fill('plain: passed'));
    expect(project.read('log').match(/shared\.js/g)).toHaveLength(2);
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
