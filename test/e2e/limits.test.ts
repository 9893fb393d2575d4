import type { ChildProcess } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { hierarchies } from '../../src/options/limits/hierarchies';
import { eventually, type HostState, hostState, isOwn, sandboxProcesses } from '../support/host';
import { ENTRY_LINES, NS_INIT } from '../support/package';
import { type JestOptions, type JestRun, outcomes, Project } from '../support/project';
import { testIf } from '../support/test-if';

const isRoot = process.getuid?.() === 0;
const trees = hierarchies();
const treeOf = (controller: string) =>
  trees.find(({ controllers }) => controllers.includes(controller));

/** Groups that are this ordinary user's own; root can make some wherever it is. */
const delegated = (process.env.NS_JEST_DELEGATED ?? '').split(' ').filter(Boolean);
const hasLimits = isRoot ? treeOf('memory') !== undefined : delegated.length > 0;
const testWithLimits = testIf(hasLimits, 'cgroups of version 1 to make groups in');
const testAsUser = isRoot ? test.skip : test;

/** Starts Jest in the groups that are the user's. */
const INTO_GROUPS: JestOptions = isRoot
  ? {}
  : {
      wrapper: [
        ...[
          'sh',
          '-c',
          'for group in $NS_JEST_DELEGATED; do echo $$ > "$group/cgroup.procs"; done; exec "$@"',
        ],
        'sh',
      ],
    };

/** Groups of sandboxes, wherever they are. */
function groups(): string[] {
  return [...trees.flatMap(({ own }) => own ?? []), ...delegated]
    .flatMap((folder) => readdirSync(folder).map((name) => path.join(folder, name)))
    .filter((group) => /\/ns-jest-\d/.test(group) && isOwn(group));
}

const withLimits = (cgroup: object, text: string) =>
  `/** @jest-environment-options ${JSON.stringify({ cgroup })} */
  const fs = require('fs');
  const { ns } = require('ns-jest');
  ${text}`;

const EATS = 'const all = []; for (let i = 0; i < 600; i++) all.push(Buffer.alloc(1 << 20, 1));';

const project = new Project({});
afterAll(() => project.remove());

let before: HostState;
beforeEach(() => {
  before = hostState();
  expect(groups()).toEqual([]);
});
afterEach(async () => {
  await eventually(() => sandboxProcesses().length === 0);
  expect(groups()).toEqual([]);
  expect(hostState()).toEqual(before);
});

describe.each(ENTRY_LINES)('$line', ({ config }) => {
  const run = (files: Record<string, string>, options: JestOptions = INTO_GROUPS) => {
    for (const [name, text] of Object.entries(files)) project.write(name, text);
    return project.run(config, { ...options, args: Object.keys(files) });
  };
  const errorOf = ({ json, stderr }: JestRun) =>
    (json?.testResults[0]?.message ?? stderr).replace(/\s+/g, ' ');

  testWithLimits(
    'a file over memoryMax is a failed test that says so; one below is not',
    async () => {
      const result = await run({
        'memory.test.js': withLimits(
          { memoryMax: '150m' },
          `test('before', () => {});
        test('eats', () => { ${EATS} });`,
        ),
        'modest.test.js': withLimits(
          { memoryMax: '1g', report: true },
          `test('modest', () => { ${EATS} });`,
        ),
      });
      expect(outcomes(result)).toEqual(['before: passed', 'eats: failed', 'modest: passed']);
      expect(result.stderr).toContain(
        'The test process was killed by SIGKILL while this test was running: out of memory (memoryMax 150 MiB, peak 150 MiB)',
      );
      expect(result.stderr).toMatch(
        /ns-jest: modest\.test\.js: used at most: memory [67]\d\d(\.\d)? MiB of 1 GiB\n/,
      );
    },
  );

  testWithLimits('a child over memoryMax is killed, and named', async () => {
    const result = await run({
      'child.test.js': withLimits(
        { memoryMax: '200m' },
        `test('child', async () => {
          const { signal } = await ns.run(process.execPath, ['-e', '${EATS}']);
          expect(signal).toBe('SIGKILL');
        });`,
      ),
    });
    expect(outcomes(result)).toEqual(['child: passed']);
    expect(result.stderr).toContain(
      'ns-jest: child.test.js: 1 process was killed, out of memory (memoryMax 200 MiB, peak 200 MiB)',
    );
  });

  testWithLimits('a fork bomb ends at pidsMax, and the next fork is EAGAIN', async () => {
    const result = await run({
      'bomb.test.js': withLimits(
        { pidsMax: 60, report: true },
        `test('bomb', async () => {
          const errors = fs.openSync('/tmp/errors', 'w');
          require('child_process').spawn('sh', ['-c', 'bomb() { bomb | bomb & }; bomb'], {
            stdio: ['ignore', 'ignore', errors],
          });
          while (!fs.readFileSync('/tmp/errors', 'utf8').includes('Cannot fork')) {
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
        });`,
      ),
      'one.test.js': withLimits(
        { pidsMax: 60 },
        `test('one more', async () => {
          const { spawn } = require('child_process');
          const children = [];
          let code;
          while (code === undefined && children.length < 60) {
            const child = spawn('sleep', ['60']);
            children.push(child);
            code = await new Promise((resolve) => {
              child.once('error', (error) => resolve(error.code));
              child.once('spawn', () => resolve(undefined));
            });
          }
          for (const child of children) child.kill();
          expect(code).toBe('EAGAIN');
        });`,
      ),
    });
    expect(outcomes(result)).toEqual(['bomb: passed', 'one more: passed']);
    expect(result.stderr).toMatch(
      /ns-jest: bomb\.test\.js: \d+ processes or threads were refused: pidsMax 60\n/,
    );
    expect(result.stderr).toMatch(/used at most: .*processes and threads \d+ of 60/);
  });

  testWithLimits('over cpuMax the processors are withheld', async () => {
    const result = await run({
      'cpu.test.js': withLimits(
        { cpuMax: '20000 100000', report: true },
        `test('busy', () => {
          for (const end = Date.now() + 1000; Date.now() < end; );
        });`,
      ),
    });
    expect(outcomes(result)).toEqual(['busy: passed']);
    const [, times] = /used at most: throttled (\d+) time/.exec(result.stderr) ?? [];
    expect(Number(times)).toBeGreaterThan(0);
  });

  testWithLimits('inside, the limits are where programs look, and cannot be changed', async () => {
    const result = await run({
      'view.test.js': withLimits(
        { memoryMax: '300m', pidsMax: 50, cpuMax: 0.5, cpuWeight: 50 },
        `test('own', () => {
          for (const line of fs.readFileSync('/proc/self/cgroup', 'utf8').trim().split('\\n')) {
            expect(line).toMatch(/:\\/$/);
          }
          const own = (file) => fs.readFileSync('/sys/fs/cgroup/' + file, 'utf8').trim();
          expect(own('memory/memory.limit_in_bytes')).toBe(String(300 * 2 ** 20));
          expect(own('pids/pids.max')).toBe('50');
          const cpu = fs.readdirSync('/sys/fs/cgroup').find((name) => name.split(',').includes('cpu'));
          expect(own(cpu + '/cpu.cfs_quota_us')).toBe('50000');
          expect(own(cpu + '/cpu.shares')).toBe('512');
          expect(process.constrainedMemory()).toBe(300 * 2 ** 20);
          expect(() => fs.writeFileSync('/sys/fs/cgroup/pids/pids.max', 'max')).toThrow(/EROFS/);
          expect(() => fs.mkdirSync('/sys/fs/cgroup/pids/mine')).toThrow(/EROFS/);
        });`,
      ),
    });
    expect(outcomes(result)).toEqual(['own: passed']);
  });

  testWithLimits('every process ends by its group, also without a PID namespace', async () => {
    const result = await run({
      'left.test.js': `/** @jest-environment-options ${JSON.stringify({
        cgroup: { pidsMax: 100 },
        namespaces: { pid: false },
      })} */
        test('leaves', () => {
          require('child_process').spawnSync('sh', ['-c', '(setsid sh -c "trap : TERM HUP; while :; do sleep 1; done" >/dev/null 2>&1 &)']);
        });`,
    });
    expect(outcomes(result)).toEqual(['leaves: passed']);
    expect(sandboxProcesses()).toEqual([]);
  });

  describe('a file that waits', () => {
    let jest: ChildProcess;
    beforeEach(async () => {
      project.write(
        'waits.test.js',
        withLimits(
          { pidsMax: 100 },
          `test('waits', () => new Promise(() => setTimeout(() => {}, 1e8)), 1e8);`,
        ),
      );
      jest = project.start(config, { ...INTO_GROUPS, args: ['waits.test.js'] });
      const isOpen = () => groups().length === 1 && supervisors().length === 1;
      expect(await eventually(isOpen, 20_000)).toBe(true);
    });
    afterEach(() => {
      jest.kill('SIGKILL');
    });

    testWithLimits('its group goes at the next start, if its supervisor is killed', async () => {
      const [group] = groups();
      process.kill(supervisors()[0] as number, 'SIGKILL');
      await new Promise((resolve) => jest.once('close', resolve));
      expect(groups()).toEqual([group]);
      const next = await run({
        'next.test.js': withLimits({ pidsMax: 100 }, `test('next', () => {});`),
      });
      expect(outcomes(next)).toEqual(['next: passed']);
      expect(groups()).toEqual([]);
    });

    testWithLimits('its group goes at once, if Jest is killed', async () => {
      jest.kill('SIGKILL');
      expect(await eventually(() => groups().length === 0)).toBe(true);
    });
  });

  testWithLimits(
    'a limit that the kernel does not take: the file, the value, nothing left',
    async () => {
      const result = await run({
        'wrong.test.js': withLimits({ memoryMax: 1, pidsMax: 20 }, `test('never', () => {});`),
      });
      expect(errorOf(result)).toMatch(
        /step "set limit memory\.(limit_in_bytes|max)" '1' failed with (EBUSY|EINVAL)/,
      );
    },
  );

  testWithLimits('too little memory for Node.js itself is told as such', async () => {
    const result = await run({
      'little.test.js': withLimits({ memoryMax: '8m' }, `test('never', () => {});`),
    });
    expect(errorOf(result)).toMatch(
      /killed by SIGKILL before it told of a test in \S+: out of memory \(memoryMax 8 MiB, peak 8 MiB\)/,
    );
  });

  testAsUser('a group that is not delegated is one error, or with try a notice', async () => {
    const cgroup = { pidsMax: 100 };
    const never = `test('never', () => {});`;
    expect(errorOf(await run({ 'a.test.js': withLimits(cgroup, never) }, {}))).toMatch(
      /The option "cgroup.pidsMax" cannot be had here \S+ (belongs to root and is not delegated to this user|is mounted read-only|has processes)/,
    );
    const text = withLimits({ ...cgroup, try: true }, `test('runs', () => {});`);
    const tried = await run({ 'a.test.js': text, 'b.test.js': text }, { args: ['--runInBand'] });
    expect(outcomes(tried)).toEqual(['runs: passed', 'runs: passed']);
    expect(tried.stderr.match(/ns-jest: cgroup\.pidsMax: files run without it\./g)).toHaveLength(1);
  });

  test('in a sandbox, where no cgroups can be made, it says so', async () => {
    const result = await run({
      'nested.test.js': withLimits({ pidsMax: 100, try: true }, `test('runs', () => {});`),
      'inner.test.js': `
        const { ns } = require('ns-jest');
        test('inner', async () => {
          const { toLimitSpec } = require(${JSON.stringify(path.join(__dirname, '../../dist/options/limits/spec.js'))});
          expect(() => toLimitSpec({ cgroup: { pidsMax: 5 } })).toThrow(
            /The option "cgroup.pidsMax" cannot be had here\\s+(No cgroup file system with the controller pids is mounted|.* is mounted read-only|This kernel has no)/,
          );
        });`,
    });
    expect(outcomes(result)).toEqual(['inner: passed', 'runs: passed']);
  });
});

/** Processes of this test's that are ns-init and not PID 1 of a sandbox: their parent is Jest. */
function supervisors(): number[] {
  return sandboxProcesses()
    .filter((line) => line.includes(NS_INIT))
    .map((line) => Number(line.split(' ')[0]));
}
