import { describe, expect, test } from '@jest/globals';
import { ENTRY_LINES, JESTS } from '../support/package';
import { outcomes, Project, runJest } from '../support/project';

describe.each(JESTS)('Jest $version', ({ folder: jest }) => {
  describe.each(ENTRY_LINES)('$line', ({ config }) => {
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
});
