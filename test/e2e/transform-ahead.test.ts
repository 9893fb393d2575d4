/** With a new cache a copy on the host transforms what test files will need, before they do. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { eventually, sandboxProcesses } from '../support/host';
import { ENTRY_LINES } from '../support/package';
import { BY_NAME, type JestRun, outcomes, Project } from '../support/project';

/** Says where each module is transformed, and takes its time as real ones do: inside it is cold. */
const TRANSFORMER = `
  const { appendFileSync } = require('node:fs');
  const os = require('node:os');
  const path = require('node:path');
  module.exports = {
    process(text, file) {
      const name = path.basename(file);
      if (!/^(all|of-\\d+|\\d+\\.test)\\.js$/.test(name)) return { code: text };
      if (process.env.JEST_WORKER_ID === undefined) throw new Error('It is no worker');
      const isInside = os.hostname() === 'sandbox';
      appendFileSync(path.join(__dirname, 'log'), name + ' ' + os.hostname() + '\\n');
      for (const end = Date.now() + (isInside ? 80 : 10); Date.now() < end; ) {}
      if (text.includes('prints')) console.warn('warning of ' + name);
      if (text.includes('is broken')) throw new SyntaxError('it is broken');
      while (text.includes('never ends')) if (isInside) break;
      if (text.includes('exits') && !isInside) process.exit(1);
      if (text.includes('is killed') && !isInside) process.kill(process.pid, 'SIGKILL');
      return { code: text };
    },
  };`;
const COUNT = 24;
const CONFIG = {
  cacheDirectory: '<rootDir>/cache',
  transform: { '\\.js$': '<rootDir>/transformer.js' },
  testSequencer: '<rootDir>/by-name.js',
};
const [{ config: PRESET }] = ENTRY_LINES;

let project: Project;
afterEach(async () => {
  project.remove();
  expect(await eventually(() => sandboxProcesses().length === 0)).toBe(true);
});

/** Test files `00`, `01` and so on, each of which requires a module of its own and one that all have. */
function makeProject(files: Record<string, string> = {}): Project {
  const all: Record<string, string> = {
    'transformer.js': TRANSFORMER,
    'by-name.js': BY_NAME,
    'all.js': `exports.of = 'all';`,
  };
  for (let index = 0; index < COUNT; index += 1) {
    const name = String(index).padStart(2, '0');
    all[`of-${name}.js`] = `exports.name = '${name}';`;
    all[`${name}.test.js`] = `
      test('${name}', () => {
        expect(require('./of-${name}').name + require("./all").of).toBe('${name}all');
      });`;
  }
  return new Project({ ...all, ...files });
}

/** Runs the project by the preset, in two slots. */
function run(more: object = {}, ...flags: string[]): Promise<JestRun> {
  return project.run({ ...PRESET, ...CONFIG, ...more }, { args: ['-w', '2', ...flags] });
}

/** Where each module was transformed, in the order of time. */
function transformed(): { name: string; where: string }[] {
  return project
    .read('log')
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', where = ''] = line.split(' ');
      return { name, where };
    });
}

const outside = () => transformed().filter(({ where }) => where !== 'sandbox');
const inside = () => transformed().filter(({ where }) => where === 'sandbox');

describe('with a new cache', () => {
  test('most is transformed ahead, and no test sees a difference', async () => {
    project = makeProject();
    const done = await run();
    expect(done.json?.numPassedTests).toBe(COUNT);
    const names = new Set(transformed().map(({ name }) => name));
    expect(names.size).toBe(2 * COUNT + 1);
    expect(outside().length).toBeGreaterThan(COUNT);
    // Each once, and in the order in which the files run.
    const ahead = outside().map(({ name }) => name);
    expect(new Set(ahead).size).toBe(ahead.length);
    const tests = ahead.filter((name) => name.endsWith('.test.js'));
    expect(tests).toEqual([...tests].sort());
  });

  test('the next run finds all in the cache', async () => {
    project = makeProject();
    await run();
    project.write('log', '');
    const done = await run();
    expect(done.json?.numPassedTests).toBe(COUNT);
    expect(project.read('log')).toBe('');
  });

  test.each(['--coverage', '--no-cache'])('%s', async (flag) => {
    project = makeProject();
    const done = await run({}, flag);
    expect(done.json?.numPassedTests).toBe(COUNT);
    if (flag === '--no-cache') expect(outside()).toEqual([]);
    else expect(outside().length).toBeGreaterThan(COUNT);
  });

  test('a module that cannot be transformed fails its own file alone, as in plain Jest', async () => {
    project = makeProject({ 'of-20.js': '// is broken' });
    const done = await run();
    expect(outcomes(done).filter((line) => !line.endsWith('passed'))).toEqual(['20: failed']);
    const plain = await project.run(CONFIG, { args: ['-w', '2'] });
    const reports = /● 20\n/g;
    expect(done.stderr.match(reports)).toEqual(plain.stderr.match(reports));
  });

  test('a transformer whose results Jest does not find again is left alone', async () => {
    const never = `module.exports = { ...require('./transformer'), getCacheKey: () => String(process.hrtime()) };`;
    project = makeProject({ 'never.js': never });
    const done = await run({ transform: { '\\.js$': '<rootDir>/never.js' } });
    expect(done.json?.numPassedTests).toBe(COUNT);
    // The first file's modules, and once more the file.
    expect(outside()).toHaveLength(4);
    // What all have is in the memory of copies that came later.
    expect(inside().filter(({ name }) => name !== 'all.js')).toHaveLength(2 * COUNT);
  });

  test('what a transformer prints is printed once, with the file that needs the module', async () => {
    const files = {
      'of-08.js': `exports.name = '08'; // prints`,
      'of-20.js': `exports.name = '20'; // prints`,
    };
    project = makeProject(files);
    const done = await run();
    expect(done.json?.numPassedTests).toBe(COUNT);
    expect(done.stderr.match(/warning of .*/g)).toEqual([
      'warning of of-08.js',
      'warning of of-20.js',
    ]);
  });

  test.each(['never ends', 'exits', 'is killed'])(
    'where the copy that transforms %s, the run goes on',
    async (what) => {
      project = makeProject({ '03.test.js': `test('03', () => {}); // ${what}` });
      const done = await run();
      expect(done.json?.numPassedTests).toBe(COUNT);
      expect(done.stderr).not.toContain('ns-jest');
      expect(inside().length).toBeGreaterThan(COUNT);
    },
  );
});

test('what is in the cache is not looked at one by one', async () => {
  project = makeProject();
  await run();
  // Of one file that was changed its copy takes care itself.
  project.write('log', '');
  project.write('of-20.js', `exports.name = '20'; // changed`);
  const done = await run();
  expect(done.json?.numPassedTests).toBe(COUNT);
  expect(transformed()).toEqual([{ name: 'of-20.js', where: 'sandbox' }]);
});

test.each([
  ['env', { env: { MINE: 'yes' } }],
  ['clearEnv', { clearEnv: true }],
  ['cwd', { cwd: '/' }],
])(
  'with the option %s files are unlike what is outside: nothing is transformed there',
  async (_, options) => {
    project = makeProject();
    const done = await run({ testEnvironmentOptions: options });
    expect(done.json?.numPassedTests).toBe(COUNT);
    expect(outside()).toEqual([]);
  },
);

test('with ns on the global object what was transformed ahead is found, too', async () => {
  project = makeProject();
  await run({ testEnvironmentOptions: { global: true } });
  const ofBoth = inside().filter(({ name }) => outside().some((each) => each.name === name));
  expect(outside().length).toBeGreaterThan(COUNT);
  expect(ofBoth.length).toBeLessThan(COUNT / 2);
});
