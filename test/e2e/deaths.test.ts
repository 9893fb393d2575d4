import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually, type HostState, hostState, sandboxProcesses } from '../support/host';
import { ENTRY_LINES } from '../support/package';
import { type JestRun, outcomes, Project, runJest } from '../support/project';

/** A daemon that leaves its parent, its session and its process group, and holds on to everything. */
const LEAVES_A_DAEMON = `
  const { spawnSync } = require('child_process');
  const { ns } = require('ns-jest');
  test('leaves a daemon', () => {
    spawnSync('sh', ['-c', '(setsid sh -c "trap : TERM HUP INT; while :; do sleep 1; done" >/dev/null 2>&1 &)']);
    ns.messageQueues.create({ key: 4711 });
    ns.posixQueues.create({ name: '/left' });
    require('fs').writeFileSync('/tmp/left', 'x');
    require('fs').writeFileSync('/dev/shm/left', 'x');
  });
`;

/** How a file can end without a result, what is said of it, and its tests. */
const EARLY_ENDS = [
  ...[
    ['killed', `process.kill(process.pid, 'SIGKILL')`, 'was killed by SIGKILL'],
    ['crashed', `process.kill(process.pid, 'SIGSEGV')`, 'was killed by SIGSEGV'],
    ['aborted', 'process.abort()', 'was killed by SIGABRT'],
    ['exited', 'process.exit(3)', 'exited with code 3'],
    ['exited-well', 'process.exit(0)', 'exited with code 0'],
    [
      'out-of-memory',
      'for (const all = []; ; ) all.push(new Array(1e5).fill(all.length))',
      'was killed by SIGABRT',
    ],
    [
      'without-init',
      `process.kill(1, 'SIGKILL'); process.kill(process.pid, 'SIGTERM')`,
      'was killed by SIGTERM',
    ],
  ].map(([name = '', statement = '', ended = '']) =>
    endsInTest(name, statement, `The test process ${ended} while this test was running`),
  ),
  ...[
    ['loops', 'while (true) {}'],
    ['blocks', `require('child_process').execFileSync('sleep', ['1000'])`],
    ['waits', 'await new Promise((resolve) => setTimeout(resolve, 1e8))'],
  ].map(([name = '', statement = '']) =>
    endsInTest(
      name,
      statement,
      'took longer than 4000 ms and was ended while this test was running',
      '/** @jest-environment-options {"timeout": 4000} */',
    ),
  ),
  {
    name: 'dies-loading',
    text: `console.log('last words: dies-loading'); process.abort();`,
    says: 'The test process was killed by SIGABRT before it told of a test in',
    tests: [],
  },
  {
    name: 'dies-in-hook',
    text: `
      test('ran', () => console.log('last words: dies-in-hook'));
      afterAll(() => process.abort());`,
    says: 'when no test was running',
    tests: ['ran passed'],
  },
  {
    name: 'dies-among-others',
    text: `
      console.log('last words: dies-among-others');
      const waits = () => new Promise((resolve) => setTimeout(resolve, 1e8));
      test.concurrent('one', waits, 1e8);
      test.concurrent('two', waits, 1e8);
      test.concurrent('third', async () => { setTimeout(() => process.abort(), 300); await waits(); }, 1e8);`,
    says: 'The test process was killed by SIGABRT',
    tests: ['one failed', 'two failed', 'third failed'],
  },
  {
    name: 'dies-in-retry',
    text: `
      let attempts = 0;
      jest.retryTimes(2, { retryImmediately: true });
      test('flaky', () => {
        console.log('last words: dies-in-retry');
        if (attempts++ > 0) process.abort();
        throw new Error('first attempt');
      });`,
    says: 'The test process was killed by SIGABRT while this test was running',
    tests: ['flaky failed'],
  },
];

function endsInTest(name: string, statement: string, says: string, docblock = '') {
  const text = `${docblock}
    describe('outer', () => {
      test('before', () => {});
      test('bad', async () => {
        console.log('last words: ${name}');
        ${statement};
        await new Promise(() => {});
      }, 1e8);
      test('after', () => {});
    });`;
  return { name, text, says, tests: ['before passed', 'bad failed'] };
}

let before: HostState;
beforeEach(() => {
  before = hostState();
});
afterEach(async () => {
  await eventually(() => sandboxProcesses().length === 0);
  expect(hostState()).toEqual(before);
});

describe.each(ENTRY_LINES)('$line', ({ config }) => {
  test('what a file leaves is gone when the file is', async () => {
    const run = await runJest(
      { 'a.test.js': LEAVES_A_DAEMON, 'b.test.js': LEAVES_A_DAEMON },
      config,
    );
    expect(outcomes(run)).toEqual(['leaves a daemon: passed', 'leaves a daemon: passed']);
    expect(sandboxProcesses()).toEqual([]);
  });

  describe('files that never give a result', () => {
    let run: JestRun;
    beforeAll(async () => {
      run = await runJest(
        Object.fromEntries(EARLY_ENDS.map(({ name, text }) => [`${name}.test.js`, text])),
        { ...config, testEnvironmentOptions: { timeout: 20_000 } },
        { env: { NODE_OPTIONS: '--max-old-space-size=64' }, args: ['-w', '2'] },
      );
    });
    const fileOf = (name: string) =>
      run.json?.testResults.find((file) => file.name.endsWith(`/${name}.test.js`));

    test.each(EARLY_ENDS)('$name: $says', ({ name, says, tests }) => {
      const file = fileOf(name);
      const message = file?.message.replace(/\s+/g, ' ');
      expect(message).toContain(says);
      if (tests.includes('bad failed')) expect(message).toContain('● outer › bad');
      expect(file?.assertionResults.map(({ title, status }) => `${title} ${status}`)).toEqual(
        tests,
      );
      expect(run.stderr).toContain(`last words: ${name}\n`);
      expect(run.code).toBe(1);
    });
  });

  test('output that was written before the end is kept', async () => {
    const run = await runJest(
      {
        'a.test.js': `test('bad', () => { process.stdout.write('out '.repeat(50000) + 'LAST'); process.abort(); });`,
      },
      config,
    );
    expect(run.stdout).toContain('LAST');
  });

  test('when Jest is killed at any moment, nothing is left', async () => {
    const project = new Project({
      'a.test.js': `${LEAVES_A_DAEMON} test('waits', () => new Promise(() => setTimeout(() => {}, 1e9)), 1e8);`,
      'b.test.js': `${LEAVES_A_DAEMON} test('waits', () => new Promise(() => setTimeout(() => {}, 1e9)), 1e8);`,
    });
    for (let round = 0; round < 10; round++) {
      // Spread over start-up, launch, set-up and test, each time elsewhere.
      const moment = 200 + round * 180 + Math.random() * 180;
      const jest = project.start(config, { args: ['-w', '2'] });
      await new Promise((resolve) => setTimeout(resolve, moment));
      // Jest alone: its workers, and the sandboxes that they opened, have to notice by themselves.
      jest.kill('SIGKILL');
      expect(await eventually(() => sandboxProcesses().length === 0)).toBe(true);
    }
    project.remove();
  });
});
