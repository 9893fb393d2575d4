import os from 'node:os';
import { describe, expect, test } from '@jest/globals';
import { ENTRY_LINES, JESTS } from '../support/package';
import { outcomes, Project, runJest } from '../support/project';

const ISOLATED = `
  const os = require('os');
  const fs = require('fs');
  const { ns } = require('ns-jest');
  test('isolated', () => {
    expect(ns).toBeIsolatedFromHost();
    expect(ns.namespaces.asked()).toHaveLength(8);
    expect(os.hostname()).toBe('sandbox');
    expect(ns.processes.list().map(({ pid }) => pid)).toEqual([1, process.pid]);
    expect(ns).toHaveOnlyInterfaces(['lo']);
  });
  test('port 80 is free', (done) => {
    const server = require('http').createServer().listen(80, '0.0.0.0', () => server.close(done));
  });
`;
const PLAIN = `
  test('not isolated', () => expect(require('os').hostname()).toBe(${JSON.stringify(os.hostname())}));
`;

describe.each(JESTS)('Jest $version', ({ folder: jest }) => {
  describe.each(ENTRY_LINES)('$line', ({ config }) => {
    test.each([
      ['in band', ['-i']],
      ['in two workers', ['-w', '2']],
    ])('every file is isolated, %s', async (_, args) => {
      const files = { 'a.test.js': ISOLATED, 'b.test.js': ISOLATED, 'c.test.js': ISOLATED };
      const run = await runJest(files, config, { jest, args });
      expect(outcomes(run)).toEqual([
        ...Array(3).fill('isolated: passed'),
        ...Array(3).fill('port 80 is free: passed'),
      ]);
      expect(run.code).toBe(0);
    });

    test('a failing test fails, and the run with it', async () => {
      const run = await runJest(
        {
          'a.test.js': `test('no', () => expect(1).toBe(2)); test('yes', () => {}); test.todo('later'); test.skip('not now', () => {});`,
        },
        config,
        { jest },
      );
      expect(outcomes(run)).toEqual([
        'later: todo',
        'no: failed',
        'not now: pending',
        'yes: passed',
      ]);
      expect(run.stderr).toContain('> 1 | ');
      expect(run.code).toBe(1);
    });

    test('the base environment can be jsdom, with its options', async () => {
      const run = await runJest(
        {
          'a.test.js': `
            const { ns } = require('ns-jest');
            test('dom', () => {
              expect(document.createElement('p').tagName).toBe('P');
              expect(location.href).toBe('http://web-1.test/');
              expect(ns).toBeIsolatedFromHost();
            });`,
        },
        {
          ...config,
          testEnvironmentOptions: { baseEnvironment: 'jsdom', url: 'http://web-1.test/' },
        },
        { jest: 'jest' },
      );
      expect(outcomes(run)).toEqual(['dom: passed']);
    });

    test('ns is a global by option', async () => {
      const run = await runJest(
        {
          'a.test.js': `test('ns', () => { expect(ns.hostname.get()).toBe('web-1'); expect(ns.hostname).toStrictEqual({ ...ns.hostname }); });`,
        },
        { ...config, testEnvironmentOptions: { global: true, hostname: 'web-1' } },
        { jest },
      );
      expect(outcomes(run)).toEqual(['ns: passed']);
    });

    test('setupFiles run once, inside', async () => {
      const run = await runJest(
        {
          'setup.js': `globalThis.host = require('os').hostname(); globalThis.times = (globalThis.times ?? 0) + 1; require('fs').appendFileSync('/tmp/times', 'x');`,
          'after.js': `globalThis.after = require('os').hostname();`,
          'a.test.js': `test('setup', () => { expect([host, after, times]).toEqual(['sandbox', 'sandbox', 1]); expect(require('fs').readFileSync('/tmp/times', 'utf8')).toBe('x'); });`,
        },
        { ...config, setupFiles: ['./setup.js'], setupFilesAfterEnv: ['./after.js'] },
        { jest },
      );
      expect(outcomes(run)).toEqual(['setup: passed']);
    });

    test('snapshots are written to the project, and compared', async () => {
      const project = new Project({
        'a.test.js': `test('s', () => expect({ a: 1 }).toMatchSnapshot());`,
      });
      await project.run(config, { jest });
      expect(project.read('__snapshots__/a.test.js.snap')).toContain('"a": 1');
      project.write('a.test.js', `test('s', () => expect({ a: 2 }).toMatchSnapshot());`);
      const changed = await project.run(config, { jest, args: ['--ci'] });
      expect(outcomes(changed)).toEqual(['s: failed']);
      project.remove();
    });

    test.each(['babel', 'v8'])('coverage by %s is collected', async (coverageProvider) => {
      const project = new Project({
        'sum.js': `module.exports = (a, b) => {\n  if (a > 100) {\n    return 0;\n  }\n  return a + b;\n};\n`,
        'a.test.js': `test('sum', () => expect(require('./sum')(1, 2)).toBe(3));`,
      });
      const args = [
        '--coverage',
        '--coverageReporters=json-summary',
        `--coverageProvider=${coverageProvider}`,
      ];
      await project.run({}, { jest, args });
      const plain = project.read('coverage/coverage-summary.json');
      project.write('coverage/coverage-summary.json', '');
      await project.run(config, { jest, args });
      expect(project.read('coverage/coverage-summary.json')).toBe(plain);
      project.remove();
    });

    test('a typescript project with automock and no injected globals', async () => {
      const run = await runJest(
        {
          'b.ts': `export const b = (): number => 1;`,
          'a.test.ts': `import { expect, test, jest } from '@jest/globals'; import { ns } from 'ns-jest'; import { b } from './b';
            test('ts', () => { expect(b()).toBeUndefined(); expect(jest.isMockFunction(b)).toBe(true); expect(ns).toHaveHostname('sandbox'); });`,
        },
        {
          ...config,
          automock: true,
          injectGlobals: false,
          unmockedModulePathPatterns: ['/dist/'],
          transform: { '\\.ts$': ['ts-jest', { diagnostics: false }] },
        },
        { jest: 'jest' },
      );
      expect(run.stderr).not.toContain('●');
      expect(outcomes(run)).toEqual(['ts: passed']);
    });
  });

  test('by docblock, with options, mixed with other environments in one run', async () => {
    const run = await runJest(
      {
        'plain.test.js': PLAIN,
        'docblock.test.js': `/**\n * @jest-environment ns-jest\n * @jest-environment-options {"hostname": "from-docblock"}\n */\n${ISOLATED.replace("'sandbox'", "'from-docblock'")}`,
        'plain-too.test.js': PLAIN,
      },
      {},
      { jest, args: ['-i'] },
    );
    expect(outcomes(run)).toEqual([
      'isolated: passed',
      'not isolated: passed',
      'not isolated: passed',
      'port 80 is free: passed',
    ]);
  });

  test('under the preset a file that asks for another environment has it inside', async () => {
    const run = await runJest(
      {
        'node.test.js': `/**\n * @jest-environment node\n */\nconst { ns } = require('ns-jest'); test('inside', () => expect(ns.namespaces.ids().uts).not.toBe(ns.namespaces.hostIds().uts));`,
      },
      { preset: 'ns-jest' },
      { jest },
    );
    expect(outcomes(run)).toEqual(['inside: passed']);
  });

  test('a project that itself lies below a covered directory is found, and what lies beside it is not', async () => {
    const files = {
      'a.test.js': `
        const fs = require('fs');
        test('siblings are hidden', () => {
          const beside = fs.readdirSync('/tmp').filter((name) => !name.startsWith('jest'));
          expect(beside).toEqual([require('path').basename(__dirname)]);
        });`,
    };
    const run = await runJest(files, { preset: 'ns-jest' }, { jest, env: { TMPDIR: '/tmp' } });
    expect(outcomes(run)).toEqual(['siblings are hidden: passed']);
  });
});
