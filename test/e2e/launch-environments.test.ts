/** What a file finds in its environment, which a copy of the fork server may have been given ready made. */
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { type Config, launchBoth, verdicts } from '../support/launches';
import { PACKAGE } from '../support/package';
import { outcomes } from '../support/project';

const FROM_ABOVE = `const { see } = require('../see');`;
const LOOK = `
  const { see } = require('./see');
  const matchers = Symbol.for('$$jest-matchers-object');
  const own = () => Reflect.ownKeys(globalThis).map(String);
`;

interface Case {
  files: Record<string, string>;
  config?: Config;
  args?: string[];
  /** In how many copies the environment is the one that was made ahead: for the first file. Default: in all. */
  ahead?: number;
}

/** Each tells by \`see\` what it finds, and passes. */
const CASES: Record<string, Case> = {
  'the globals of a file': {
    files: {
      'a.test.js': `${LOOK}
        see('globals', Reflect.ownKeys(globalThis).map((name) => {
          const { value, get, set, ...flags } = Object.getOwnPropertyDescriptor(globalThis, name);
          return [String(name), typeof value, typeof get, typeof set, flags];
        }));
        test('a', () => {});`,
    },
  },
  'the modules of the test framework are the ones in force': {
    files: {
      'a.test.js': `${LOOK}
        test('a', () => {
          let error;
          try { expect(1).toBe(2); } catch (caught) { error = caught; }
          const { expect: required, JestAssertionError } = require('expect');
          see('expect', [
            required === expect,
            typeof JestAssertionError === 'function' && error instanceof JestAssertionError,
            require('@jest/expect').jestExpect === expect,
            require('@jest/globals').expect === expect,
            jest.requireActual('expect').expect === expect,
          ]);
          jest.resetModules();
          see('expect later', require('expect').expect === expect);
        });`,
    },
    config: { modulePaths: [path.join(PACKAGE, 'node_modules')] },
  },
  'a set-up file comes before the test framework': {
    files: {
      'setup.js': `${LOOK}
        see('early', [typeof test, matchers in globalThis, own()]);
        class Mine extends Promise {}
        globalThis.Promise = Mine;
        Array.prototype.late = true;`,
      'a.test.js': `${LOOK}
        see('late', [Promise.name, Object.keys(Array.prototype)]);
        test('a', async () => { await expect(Promise.resolve(1)).resolves.toBe(1); });
        afterAll(() => { delete Array.prototype.late; });`,
    },
    config: { setupFiles: ['<rootDir>/setup.js'] },
    ahead: 0,
  },
  'a set-up file after it': {
    files: {
      'after.js': `${LOOK} see('after', [typeof test, matchers in globalThis, own()]); expect.extend({ toBeOne: (value) => ({ pass: value === 1, message: () => 'not one' }) });`,
      'a.test.js': `test('a', () => expect(1).toBeOne());`,
    },
    config: { setupFilesAfterEnv: ['<rootDir>/after.js'] },
  },
  'a class that extends the environment': {
    files: {
      'environment.js': `
        const { default: TestEnvironment } = require('ns-jest');
        module.exports = class extends TestEnvironment {
          constructor(config, context) {
            super(config, context);
            this.global.found = Symbol.for('$$jest-matchers-object') in this.global;
          }
          async setup() {
            await super.setup();
            this.global.foundAtSetUp = Symbol.for('$$jest-matchers-object') in this.global;
          }
        };`,
      'a.test.js': `${LOOK} see('found', [found, foundAtSetUp, typeof document]); test('a', () => {});`,
    },
    config: { testEnvironment: '<rootDir>/environment.js' },
    ahead: 0,
  },
  'options of one file': {
    files: {
      'node_modules/pkg/package.json': `{"name":"pkg","exports":{"mine":"./mine.js","default":"./other.js"}}`,
      'node_modules/pkg/mine.js': `module.exports = 'mine';`,
      'node_modules/pkg/other.js': `module.exports = 'other';`,
      'a.test.js': `/** @jest-environment-options {"customExportConditions":["mine"]} */
        ${LOOK} see('a', require('pkg')); test('a', () => {});`,
      'b.test.js': `${LOOK} see('b', require('pkg')); test('b', () => {});`,
    },
    ahead: 1,
  },
  'variables and a directory of one file': {
    files: {
      'a.test.js': `/** @jest-environment-options {"env":{"FORCE_COLOR":"2","PATH":"/bin"},"cwd":"/usr"} */
        ${LOOK} see('a', [{ ...process.env, NS_JEST_LAUNCH: 0 }, process.cwd()]);
        process.chdir('/');
        see('a later', process.cwd());
        test('a', () => {});`,
      'b.test.js': `${LOOK} see('b', [process.env.FORCE_COLOR, process.env.JEST_WORKER_ID, process.cwd() === __dirname]); test('b', () => {});`,
    },
    args: ['-w', '1'],
    ahead: 1,
  },
  'projects of several kinds': {
    files: {
      'one/a.test.js': `${FROM_ABOVE} see('one', [mine, typeof setTimeout.clock, process.env.JEST_WORKER_ID]); test('a', () => {});`,
      'two/b.test.js': `${FROM_ABOVE} see('two', [mine, typeof setTimeout.clock, Date.now()]); test('b', () => {});`,
    },
    config: (launch: string) => ({
      projects: [
        { displayName: 'one', globals: { mine: { deep: [1] } } },
        { displayName: 'two', globals: { mine: 2 }, fakeTimers: { enableGlobally: true, now: 7 } },
      ].map((project) => ({
        ...project,
        preset: 'ns-jest',
        testMatch: [`**/${project.displayName}/*`],
        testEnvironmentOptions: { launch },
      })),
    }),
    args: ['-w', '1'],
    ahead: 1,
  },
  'memory that must not stay': {
    files: { 'a.test.js': `test('a', () => {});`, 'b.test.js': `test('b', () => {});` },
    args: ['--detectLeaks'],
    ahead: 0,
  },
  'coverage by V8': {
    files: {
      'code.js': `module.exports = (a) => (a ? 1 : 2);`,
      'a.test.js': `const code = require('./code'); test('a', () => expect(code(true)).toBe(1));`,
    },
    args: ['--coverage', '--coverageProvider=v8', '--coverageReporters=json'],
  },
};

const AHEAD = /^ns-jest: \S+: fork, in an environment made ahead: /gm;

test.each(Object.entries(CASES))('%s', async (_, { files, args = [], ahead, ...more }) => {
  const env = { NS_JEST_TRACE: '1' };
  const { exec, fork } = await launchBoth(files, { ...more, args, env });
  expect(
    verdicts(exec)
      .map(({ message }) => message)
      .join(''),
  ).toBe('');
  const tests = Object.keys(files).filter((file) => file.endsWith('.test.js')).length;
  expect(outcomes(exec.run)).toHaveLength(tests);
  expect(verdicts(fork)).toEqual(verdicts(exec));
  expect(fork.seen).toEqual(exec.seen);
  expect(fork.run.json?.numPassedTests).toBe(tests);
  expect(fork.run.stderr.match(AHEAD) ?? []).toHaveLength(ahead ?? tests);
});
