import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually, type HostState, hostState, sandboxProcesses } from '../support/host';
import { ENTRY_LINES, PACKAGE } from '../support/package';
import { BY_NAME, Project } from '../support/project';
import { hasTerminals, Terminal } from '../support/terminal';

const SUM = `module.exports = (a, b) => a + b;`;
const WRONG_SUM = `module.exports = (a, b) => a + b + 1;`;
const FILES = {
  'sum.js': SUM,
  'sum.test.js': `const sum = require('./sum');
test('adds', () => expect(sum(1, 2)).toBe(3));
test('adds zero', () => expect(sum(0, 0)).toBe(0));`,
  'by-name.js': BY_NAME,
  'value.js': `module.exports = 'one';`,
  'value.test.js': `test('is as it was', () => expect(require('./value')).toMatchSnapshot());`,
};
const SLOW = `test('slow', async () => {
  require('fs').writeFileSync('started', '');
  await new Promise(() => setTimeout(() => {}, 1e8));
}, 1e9);`;
const SNAPSHOT = '__snapshots__/value.test.js.snap';
const WRITTEN = `// Jest Snapshot v1, https://jestjs.io/docs/snapshot-testing

exports[\`is as it was 1\`] = \`"one"\`;
`;
const ADDS_THREE = `test('adds three', () => expect(require('./sum')(1, 2)).toBe(3));`;

// Without a terminal these are skipped, but not where everything is there to be tested.
const inTerminal =
  process.env.NS_JEST_MUST_WORK === '1' || hasTerminals() ? describe : describe.skip;

let project: Project;
let terminal: Terminal | undefined;
let before: HostState;
beforeEach(() => {
  before = hostState();
});
afterEach(async () => {
  close();
  // A terminal that is closed takes Jest with it, in its own time.
  await eventually(() => sandboxProcesses().length === 0);
  expect(hostState()).toEqual(before);
});

function close(): void {
  terminal?.close();
  terminal = undefined;
  project?.remove();
}

/** Opens a terminal in which Jest runs in the project. */
function watch(config: object, flags: string[], jest = 'jest'): Terminal {
  terminal = new Terminal(
    [
      process.execPath,
      path.join(PACKAGE, 'node_modules', jest, 'bin', 'jest.js'),
      ...['--config', JSON.stringify({ ...config, testSequencer: './by-name.js' })],
      ...flags,
    ],
    {
      cwd: project.folder,
      // In CI Jest does not ask anybody, whatever the terminal.
      env: { ...process.env, CI: 'false', FORCE_COLOR: '0', JEST_WORKER_ID: undefined },
    },
  );
  return terminal;
}

/**
 * A step of somebody at the keyboard: what to do, and what has to be seen then. Some is done again when
 * nothing happens: Jest loses a key that comes while it leaves one mode for the other, or that interrupts a run.
 */
type Step = [name: string, act: (keys: Terminal) => void, shows: string[], again?: 'again'];

const PATIENCE_MS = 15_000;

const IDLE = 'Watch Usage';

const WATCH_ALL: Step[] = [
  ['first run', () => {}, ['Tests:       3 passed, 3 total', '1 written', IDLE]],
  [
    'a file changes, and tests fail',
    () => project.write('sum.js', WRONG_SUM),
    ['● adds zero', 'Tests:       2 failed, 1 passed, 3 total', IDLE],
  ],
  [
    'run the failed tests',
    (keys) => keys.press('f'),
    ['● adds zero', 'Tests:       2 failed', IDLE],
  ],
  [
    'it changes back, and they pass',
    () => project.write('sum.js', SUM),
    ['Tests:       2 passed, 2 total', IDLE],
  ],
  ['leave the failed tests', (keys) => keys.press('f'), ['Tests:       3 passed', IDLE]],
  ['ask for files', (keys) => keys.press('p'), ['Pattern Mode Usage', 'pattern ›']],
  [
    'filter by file name',
    (keys) => {
      keys.type('sum');
      keys.press('Enter');
    },
    ['Tests:       2 passed, 2 total', IDLE],
  ],
  ['ask for tests', (keys) => keys.press('t'), ['Pattern Mode Usage', 'pattern ›']],
  [
    'filter by test name',
    (keys) => {
      keys.type('zero');
      keys.press('Enter');
    },
    ['Tests:       1 skipped, 1 passed, 2 total', IDLE],
  ],
  ['run all', (keys) => keys.press('a'), ['Tests:       3 passed, 3 total', IDLE]],
  [
    'a snapshot fails',
    () => project.write('value.js', `module.exports = 'two';`),
    ['1 snapshot failed', 'press `u` to update', IDLE],
  ],
  [
    'update snapshots',
    (keys) => keys.press('u'),
    ['1 snapshot updated', '3 passed', IDLE],
    'again',
  ],
  [
    'a new test file',
    () => project.write('new.test.js', ADDS_THREE),
    ['Test Suites: 3 passed', 'Tests:       4 passed', IDLE],
  ],
];

const WATCH_CHANGED: Step[] = [
  ['nothing has changed', () => {}, ['No tests found related to files changed', IDLE]],
  [
    'a file changes',
    () => project.write('sum.js', `${SUM}\n`),
    ['Tests:       2 passed, 2 total', IDLE],
  ],
  ['run all', (keys) => keys.press('a'), ['Tests:       3 passed, 3 total', IDLE]],
  ['run the changed', (keys) => keys.press('o'), ['Tests:       2 passed, 2 total', IDLE]],
  [
    'a new test file',
    () => project.write('new.test.js', ADDS_THREE),
    ['Test Suites: 2 passed, 2 total', IDLE],
  ],
  // Leads back to --watch, which needs a repository.
  [
    'a snapshot fails',
    () => project.write('value.js', `module.exports = 'two';`),
    ['1 snapshot failed', 'press `u` to update', IDLE],
  ],
  ['look at each snapshot', (keys) => keys.press('i'), ['1 snapshot remaining', 'Press s to skip']],
  ['update this one', (keys) => keys.press('u'), ['1 snapshot updated', 'Press Enter']],
  [
    'back from the snapshot',
    (keys) => keys.press('Enter'),
    ['Test Suites: 3 passed, 3 total', IDLE],
    'again',
  ],
];

/** Takes the steps in a project of their own, quits, and returns what was seen after each. */
async function take(
  steps: Step[],
  config: object,
  flags: string[],
  jest?: string,
): Promise<Record<string, string>> {
  project = new Project(FILES);
  if (flags.includes('--watch')) commitAll();
  const keys = watch(config, ['-i', ...flags], jest);
  const seen: Record<string, string> = {};
  for (const [name, act, shows, again] of steps) {
    if (name !== steps[0]?.[0]) keys.wipe();
    act(keys);
    let screen: string | undefined;
    const actAgain = () => {
      if (keys.screen() === screen) act(keys);
      screen = keys.screen();
    };
    const timer = again && setInterval(actAgain, PATIENCE_MS / 2);
    seen[name] = normalised(await keys.shows(...shows).finally(() => clearInterval(timer)));
  }
  seen['the snapshot file'] = project.read(SNAPSHOT);
  keys.press('q');
  seen['exit code'] = String(await keys.ended());
  expect(sandboxes()).toEqual([]);
  close();
  return seen;
}

function commitAll(): void {
  const git = (...words: string[]) =>
    execFileSync('git', ['-c', 'user.name=nobody', '-c', 'user.email=nobody@localhost', ...words], {
      cwd: project.folder,
    });
  project.write('.gitignore', 'node_modules');
  project.write(SNAPSHOT, WRITTEN);
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'all');
}

/** Times differ from run to run. */
function normalised(screen: string): string {
  return screen
    .replace(/ \(\d+(\.\d+)? m?s\)/g, '')
    .replace(/^(Time: +).*$/m, '$1<time>')
    .replaceAll(project.folder, '<project>');
}

inTerminal('in a terminal', () => {
  describe.each([
    ['--watchAll', WATCH_ALL],
    ['--watch in a git repository', WATCH_CHANGED],
  ])('%s shows what plain Jest shows', (name, steps) => {
    const flags = [name.split(' ')[0] as string];
    let plain: Record<string, string> | undefined;

    test.each(ENTRY_LINES)('$line', async ({ config }) => {
      plain ??= await take(steps, {}, flags);
      expect(await take(steps, config, flags)).toEqual(plain);
    });
  });

  test('Jest 29', async () => {
    const [{ config }] = ENTRY_LINES;
    const seen = await take(WATCH_ALL.slice(0, 2), config, ['--watchAll'], 'jest-29');
    expect(seen['exit code']).toBe('0');
  });

  test.each(ENTRY_LINES)('$line: a run is interrupted, and made again', async ({ config }) => {
    project = new Project({ ...FILES, 'slow.test.js': SLOW });
    const keys = watch(config, ['--watchAll', '-w', '2']);
    await slowRuns();
    keys.press('Enter');
    await keys.shows('Test run was interrupted.', IDLE);
    await sandboxesEnd();
    keys.wipe();
    project.write('slow.test.js', `test('slow no more', () => {});`);
    await keys.shows('Tests:       4 passed, 4 total', IDLE);
    keys.press('q');
    expect(await keys.ended()).toBe(0);
  });

  test.each(ENTRY_LINES)('$line: Ctrl+C while files run leaves nothing', async ({ config }) => {
    project = new Project({ ...FILES, 'slow.test.js': SLOW });
    const keys = watch(config, ['--watchAll', '-w', '2']);
    await slowRuns();
    keys.press('C-c');
    expect(await keys.ended()).toBe(0);
    await sandboxesEnd();
  });
});

async function slowRuns(): Promise<void> {
  await eventually(() => existsSync(path.join(project.folder, 'started')), 30_000);
  expect(sandboxes()).not.toEqual([]);
}

async function sandboxesEnd(): Promise<void> {
  await eventually(() => sandboxes().length === 0);
  expect(sandboxes()).toEqual([]);
}

/** Those of our processes that are neither the terminal's nor Jest's own. */
function sandboxes(): string[] {
  return sandboxProcesses().filter(
    (line) => /^\d+ \S*(ns-init|node) /.test(line) && !/bin\/jest/.test(line),
  );
}
