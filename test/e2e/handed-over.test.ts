import { describe, expect, test } from '@jest/globals';
import { JESTS } from '../support/package';
import { outcomes, runJest } from '../support/project';

const WHERE = `test('inside', () => expect(require('os').hostname()).toBe('sandbox'));`;

test('a test runner that is an ES module: the environment alone fails, and never runs on the host', async () => {
  const run = await runJest(
    {
      'runner.mjs': `import { createRequire } from 'node:module'; const require = createRequire(process.env.JEST_FOLDER); const runner = require('jest-circus/runner'); export default runner.default ?? runner;`,
      'a.test.js': WHERE,
      'b.test.js': WHERE,
    },
    { testEnvironment: 'ns-jest', testRunner: './runner.mjs' },
    { args: ['-i'], env: { JEST_FOLDER: require.resolve('jest-circus') } },
  );
  expect(outcomes(run)).toEqual([]);
  expect(run.stderr).toContain('The file was not handed over to a sandbox');
  expect(run.code).toBe(1);
});

describe.each(JESTS)('Jest $version', ({ folder: jest }) => {
  describe.each([
    ['the environment alone', {}],
    ['the runner', { runner: 'ns-jest/runner' }],
  ])('a class that extends the environment, with %s', (_, config) => {
    test.each([['-i'], ['--maxWorkers=2']])(
      '%s: every file runs inside, in that class',
      async (flag) => {
        const text = `
        const { ns } = require('ns-jest');
        test('inside', () => {
          expect(mine).toBe('sandbox');
          expect(ns).toBeIsolatedFromHost();
        });`;
        const run = await runJest(
          {
            'env.js': `
            const hostname = require('os').hostname();
            module.exports = class extends require('ns-jest').default {
              constructor(...args) {
                super(...args);
                this.note('construct');
              }
              note(what) {
                if (hostname !== 'sandbox') process.stderr.write('outside: ' + what + '\\n');
              }
              async setup() {
                this.note('setup');
                await super.setup();
                this.global.mine = hostname;
              }
              async teardown() {
                this.note('teardown');
                await super.teardown();
              }
            };`,
            'a.test.js': text,
            'b.test.js': text,
            'c.test.js': text,
          },
          { ...config, testEnvironment: './env.js' },
          { jest, args: [flag] },
        );
        expect(outcomes(run)).toEqual(Array(3).fill('inside: passed'));
        const outside = 'runner' in config ? [] : Array(3).fill('outside: construct');
        expect(run.stderr.match(/outside: \w+/g) ?? []).toEqual(outside);
      },
    );
  });
});

test('what is wrong for all files is said once, and the run ends as every run does', async () => {
  const run = await runJest(
    {
      'a.test.js': WHERE,
      'b.test.js': WHERE,
      'down.js': `module.exports = () => console.log('torn down');`,
    },
    { preset: 'ns-jest', globalTeardown: './down.js', testEnvironmentOptions: { hostNmae: 'x' } },
  );
  expect(run.stderr.match(/Did you mean "hostname"/g)).toHaveLength(1);
  expect(run.stdout).toContain('torn down');
  expect(run.json?.numRuntimeErrorTestSuites).toBe(1);
});
