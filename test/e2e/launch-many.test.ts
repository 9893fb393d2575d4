/** Copies by the thousand, and what is left of them. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, type HostState, hostState, sandboxProcesses } from '../support/host';
import { type JestRun, Project } from '../support/project';
import { Random } from '../support/random-options/random';

/** How a file ends, and the one result that it is to have. */
interface Ending {
  text: string;
  status: 'passed' | 'failed';
  /** What its failure says. */
  message: string;
  tests: string[];
}

const fails = (body: string, message: string): Ending => ({
  text: `test('first', () => {}); test('last', async () => { ${body} });`,
  status: 'failed',
  message,
  tests: ['first: passed', 'last: failed'],
});
const NEVER = 'await new Promise((resolve) => setTimeout(resolve, 1e6));';

const GOOD: Ending = {
  text: `test('first', () => {}); test('last', () => {});`,
  status: 'passed',
  message: '',
  tests: ['first: passed', 'last: passed'],
};
const BAD: Ending[] = [
  fails('expect(1).toBe(2);', 'Expected: 2'),
  fails('process.exit(7);', 'exited with code 7 while this test was running'),
  fails(`process.kill(process.pid, 'SIGKILL'); ${NEVER}`, 'killed by SIGKILL'),
  fails(`process.kill(process.pid, 'SIGTERM'); ${NEVER}`, 'killed by SIGTERM'),
  fails(`process.kill(process.pid, 'SIGSEGV'); ${NEVER}`, 'killed by SIGSEGV'),
  fails('process.abort();', 'killed by SIGABRT'),
  fails(
    `setImmediate(() => { throw new Error('thrown later'); }); await new Promise((resolve) => setTimeout(resolve, 50));`,
    'thrown later',
  ),
  {
    text: `process.exit(5); test('first', () => {});`,
    status: 'failed',
    message: 'exited with code 5',
    tests: [],
  },
];

/** An ordinary user's run is the same, and runs beside. */
const FILES = process.geteuid?.() === 0 ? 2000 : 400;
const SEED = 20;

describe(`${FILES} files, of which a third end badly`, () => {
  const random = new Random(SEED);
  const endings = Array.from({ length: FILES }, () =>
    random.chance(1 / 3) ? random.pick(BAD) : GOOD,
  );
  const nameOf = (index: number) => `${String(index).padStart(4, '0')}.test.js`;
  let before: HostState;
  let run: JestRun;

  beforeAll(async () => {
    const project = new Project(
      Object.fromEntries(endings.map(({ text }, index) => [nameOf(index), text])),
    );
    before = hostState();
    try {
      const testEnvironmentOptions = { launch: 'fork' };
      run = await project.run({ preset: 'ns-jest', testEnvironmentOptions }, { args: ['-w', '2'] });
    } finally {
      project.remove();
    }
  }, 1_200_000);

  test('each has exactly one result, which is right', () => {
    const seen = (run.json?.testResults ?? [])
      .map(({ name, status, message, assertionResults }) => ({
        name: name.slice(-nameOf(0).length),
        status,
        message,
        tests: assertionResults.map((each) => `${each.fullName}: ${each.status}`),
      }))
      .sort((one, other) => one.name.localeCompare(other.name));
    expect(seen).toEqual(
      endings.map(({ status, message, tests }, index) => ({
        name: nameOf(index),
        status,
        message: expect.stringContaining(message),
        tests,
      })),
    );
  });

  test('only what dies of a fault is run again, which is said once of each', () => {
    const again = run.stderr.match(/^ns-jest: .*(?=: .*; it is run again by exec$)/gm) ?? [];
    const faults = endings.flatMap(({ message }, index) =>
      /SIGSEGV|SIGABRT/.test(message) ? [`ns-jest: ${nameOf(index)}`] : [],
    );
    expect([...again].sort()).toEqual(faults);
  });

  test('nothing of them is left', async () => {
    await eventually(() => sandboxProcesses().length === 0);
    expect(sandboxProcesses()).toEqual([]);
    expect(hostState()).toEqual(before);
  });
});

describe('random numbers of copies', () => {
  const DRAW = `
    const crypto = require('node:crypto');
    const fs = require('node:fs');
    const vm = require('node:vm');
    const outer = vm.runInThisContext('Math');
    test('draws', () => {
      const drawn = [
        Math.random(), Math.random(), outer.random(), outer.random(),
        vm.runInNewContext('Math.random()'), vm.runInNewContext('Math.random()'),
        crypto.randomUUID(), crypto.randomBytes(8).toString('hex'), crypto.randomInt(2 ** 40), Number(crypto.getRandomValues(new BigUint64Array(1))[0]),
        fs.mkdtempSync('/tmp/'),
      ];
      fs.appendFileSync(__dirname + '/drawn', JSON.stringify(drawn) + '\\n');
    });`;
  const COPIES = 60;
  let drawn: unknown[][];
  let project: Project;

  beforeAll(async () => {
    const names = Array.from({ length: COPIES }, (_, index) => [`${index}.test.js`, DRAW]);
    project = new Project(Object.fromEntries(names));
    const testEnvironmentOptions = { launch: 'fork' };
    await project.run({ preset: 'ns-jest', testEnvironmentOptions }, { args: ['-w', '2'] });
    drawn = project
      .read('drawn')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  }, 120_000);
  afterAll(() => project.remove());

  test('are never equal', () => {
    expect(drawn).toHaveLength(COPIES);
    const all = drawn.flat().map(String);
    expect(new Set(all).size).toBe(all.length);
  });
});
