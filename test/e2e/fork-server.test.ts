/** What copies of the fork server need, and what the fork server must not do, by real runs. */
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { PACKAGE } from '../support/package';
import { outcomes, Project, runJest } from '../support/project';

const PASSES = `test('passes', () => {});`;
const JEST_MODULES = path.join(PACKAGE, 'node_modules');
const FORK = { preset: 'ns-jest', testEnvironmentOptions: { launch: 'fork' } };

test('a worker thread ends, after garbage collections', async () => {
  const run = await runJest(
    {
      'a.test.js': `
        const { Worker } = require('node:worker_threads');
        const { setFlagsFromString } = require('node:v8');
        setFlagsFromString('--expose-gc');
        const gc = require('node:vm').runInNewContext('gc');
        test('ends', async () => {
          for (let count = 0; count < 5; count += 1) gc();
          const worker = new Worker('let all = []; for (let i = 0; i < 3e5; i += 1) all.push({ i });', { eval: true });
          expect(await new Promise((resolve) => worker.on('exit', resolve))).toBe(0);
        });`,
    },
    FORK,
  );
  expect(outcomes(run)).toEqual(['ends: passed']);
});

test('process.exit after a file was transformed for the first time is an exit', async () => {
  const run = await runJest({ 'a.test.js': `test('exits', () => process.exit(7));` }, FORK, {
    args: ['--no-cache'],
  });
  expect(run.stderr).toContain('The test process exited with code 7 while this test was running');
  expect(run.stderr).not.toContain('run again');
});

test('what the fork server keeps in a cache below the project is no test of it', async () => {
  const project = new Project({ 'a.test.js': `test('is', () => {});` });
  try {
    const config = { ...FORK, cacheDirectory: '<rootDir>/cache' };
    await project.run(config);
    expect(outcomes(await project.run(config))).toEqual(['is: passed']);
  } finally {
    project.remove();
  }
});

test('an environment that is installed is made in sandboxes alone', async () => {
  const run = await runJest(
    {
      'node_modules/loud/index.js': `
        const { TestEnvironment } = require('${JEST_MODULES}/jest-environment-node');
        const say = (what) => process.stderr.write(what + ' on ' + require('node:os').hostname() + '\\n');
        module.exports = class extends TestEnvironment {
          constructor(...args) { super(...args); say('made'); }
          async setup() { await super.setup(); say('set up'); }
          async teardown() { say('torn down'); await super.teardown(); }
        };`,
      'a.test.js': `test('is', () => {});`,
    },
    { ...FORK, testEnvironmentOptions: { launch: 'fork', baseEnvironment: 'loud' } },
  );
  expect(outcomes(run)).toEqual(['is: passed']);
  expect(run.stderr.match(/(made|set up|torn down) on \S+/g)).toEqual([
    'made on sandbox',
    'set up on sandbox',
    'torn down on sandbox',
  ]);
});

test("a runtime of the project's own is loaded in sandboxes alone", async () => {
  const run = await runJest(
    {
      'runtime.js': `
        process.stderr.write('loaded on ' + require('node:os').hostname() + '\\n');
        module.exports = require('${JEST_MODULES}/jest-runtime').default;`,
      'a.test.js': `test('is', () => {});`,
    },
    { preset: 'ns-jest', runtime: '<rootDir>/runtime.js' },
    { env: { NS_JEST_TRACE: '1' } },
  );
  expect(outcomes(run)).toEqual(['is: passed']);
  expect(run.stderr.match(/loaded on \S+/g)).toEqual(['loaded on sandbox']);
  expect(run.stderr).toMatch(/exec, as the runtime \S+ needs a Node of its own/);
});

test('a sandbox that cannot be had is told at once, whatever the fork server still loads', async () => {
  const run = await runJest(
    {
      'transformer.js': `
        // Jest's own process loads it, too.
        if (process.argv[1].includes('fork-server')) {
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000);
          console.log('loaded');
        }
        exports.process = (code) => ({ code });`,
      'a.test.js': `test('is', () => {});`,
    },
    {
      preset: 'ns-jest',
      transform: { '\\.js$': '<rootDir>/transformer.js' },
      testEnvironmentOptions: { sysctl: { 'kernel.no_such_parameter': '1' } },
    },
  );
  expect(run.code).toBe(1);
  expect(run.stderr).toContain('no_such_parameter');
  expect(run.stderr).not.toContain('did not exit');
  expect(run.stdout).not.toContain('loaded');
});

describe('the variable NS_JEST_LAUNCH', () => {
  const FILES = { 'a.test.js': PASSES, 'b.test.js': PASSES };
  test.each([
    ['exec', 'exec, as NS_JEST_LAUNCH says so'],
    ['auto', 'fork'],
    ['', 'fork'],
  ])('"%s"', async (NS_JEST_LAUNCH, strategy) => {
    const env = { NS_JEST_LAUNCH, NS_JEST_TRACE: '1' };
    const run = await runJest(FILES, { preset: 'ns-jest' }, { env });
    expect(outcomes(run)).toEqual(['passes: passed', 'passes: passed']);
    const told = run.stderr.match(/^ns-jest: \S+: (exec, as [^:]+|fork)/gm) ?? [];
    expect(told.map((line) => line.replace(/^ns-jest: \S+: /, ''))).toEqual([strategy, strategy]);
  });

  test.each(['ns-jest', 'alone'])('with another value it is one error: %s', async (way) => {
    const config = way === 'alone' ? { testEnvironment: 'ns-jest' } : { preset: 'ns-jest' };
    const files = { 'a.test.js': PASSES };
    const run = await runJest(files, config, { env: { NS_JEST_LAUNCH: 'folk' } });
    expect(run.code).toBe(1);
    expect(run.stderr.match(/The variable NS_JEST_LAUNCH cannot be "folk"/g)).toHaveLength(1);
  });
});

test('an environment of the project is never loaded outside', async () => {
  const run = await runJest(
    {
      'env.js': `
        process.stderr.write('loaded on ' + require('node:os').hostname() + '\\n');
        module.exports = require('jest-environment-jsdom').default;`,
      'setup.js': `process.stderr.write('set up on ' + require('node:os').hostname() + '\\n');`,
      'a.test.js': `test('is', () => expect(document).toBeDefined());`,
      'b.test.js': `test('is', () => expect(document).toBeDefined());`,
    },
    { runner: 'ns-jest/runner', testEnvironment: './env.js', setupFiles: ['./setup.js'] },
    { env: { NS_JEST_LAUNCH: 'auto' } },
  );
  expect(outcomes(run)).toEqual(['is: passed', 'is: passed']);
  expect(run.stderr.match(/(loaded|set up) on \S+/g)?.sort()).toEqual([
    ...Array(2).fill('loaded on sandbox'),
    ...Array(2).fill('set up on sandbox'),
  ]);
});
