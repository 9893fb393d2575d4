import { expect, test } from '@jest/globals';
import { outcomes, runJest } from '../support/project';

const WHERE = `test('inside', () => expect(require('os').hostname()).toBe('sandbox'));`;

test.each([
  [
    'a test runner that is an ES module',
    {
      'runner.mjs': `import { createRequire } from 'node:module'; const require = createRequire(process.env.JEST_FOLDER); const runner = require('jest-circus/runner'); export default runner.default ?? runner;`,
    },
    { testEnvironment: 'ns-jest', testRunner: './runner.mjs' },
  ],
  [
    'a class that extends the environment',
    { 'env.js': `module.exports = class extends require('ns-jest').default {};` },
    { testEnvironment: './env.js' },
  ],
])(
  'a file that cannot be handed over is an error, never a test on the host: %s',
  async (_, files, config) => {
    const run = await runJest({ ...files, 'a.test.js': WHERE, 'b.test.js': WHERE }, config, {
      args: ['-i'],
      env: { JEST_FOLDER: require.resolve('jest-circus') },
    });
    expect(outcomes(run).filter((outcome) => outcome !== 'inside: passed')).toEqual([]);
    expect(run.stderr).toContain('The file was not handed over to a sandbox');
    expect(run.code).toBe(1);
  },
);

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
