/** What copies of the fork server need, and what the fork server must not do, by real runs. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { NS_INIT } from '../support/package';
import { outcomes, Project, runJest } from '../support/project';

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
    { env: { NS_JEST_LAUNCH: 'fork' } },
  );
  expect(outcomes(run)).toEqual(['is: passed', 'is: passed']);
  expect(run.stderr.match(/(loaded|set up) on \S+/g)?.sort()).toEqual([
    ...Array(2).fill('loaded on sandbox'),
    ...Array(2).fill('set up on sandbox'),
  ]);
});

test('a copy has what the fork server has allocated since it was warm', () => {
  const program = `
    const addon = require(${JSON.stringify(path.join(path.dirname(NS_INIT), 'ns_jest.node'))});
    addon.copyPrepare();
    const all = [];
    for (let i = 0; i < 3e5; i += 1) all.push({ i });
    const status = addon.copyForCheck(30_000);
    if (status !== undefined) console.log(status);
    else addon.exitAtOnce(all.every(({ i }, at) => i === at) ? 42 : 1);`;
  const { stdout } = spawnSync(process.execPath, ['--single-threaded', '-e', program], {
    encoding: 'utf8',
  });
  // A wait status: exited, with that code.
  expect(stdout.trim()).toBe(String(42 << 8));
});
