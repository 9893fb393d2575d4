import { describe, expect, test } from '@jest/globals';
import { ENTRY_LINES, JESTS } from '../support/package';
import { outcomes, runJest } from '../support/project';

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
    );
    expect(outcomes(run)).toEqual(['dom: passed']);
  });
});

describe.each(JESTS)('Jest $version', ({ folder: jest }) => {
  describe.each(ENTRY_LINES)('$line', ({ config }) => {
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
  });
});
