import { readdirSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
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
        'node.test.js': `/**\n * @jest-environment node\n */\nconst { ns } = require('ns-jest'); test('inside', () => expect(ns).toBeIsolatedFromHost());`,
        'jsdom.test.js': `/**\n * @jest-environment jsdom\n * @jest-environment-options {"url": "http://a.test/", "ns-jest": {"hostname": "web-1"}}\n */\nconst { ns } = require('ns-jest'); test('inside jsdom', () => { expect(ns).toHaveHostname('web-1'); expect(location.href).toBe('http://a.test/'); });`,
      },
      { preset: 'ns-jest' },
      { jest },
    );
    expect(run.stderr).not.toContain('●');
    expect(outcomes(run)).toEqual(['inside jsdom: passed', 'inside: passed']);
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

  test('what V8 has compiled is kept in the cache of Jest', async () => {
    const project = new Project({ 'a.test.js': `test('is', () => {});` });
    try {
      const config = { preset: 'ns-jest', cacheDirectory: '<rootDir>/cache' };
      const kept = async () => {
        const testEnvironmentOptions = { launch: 'exec' };
        const run = await project.run({ ...config, testEnvironmentOptions }, { jest });
        expect(outcomes(run)).toEqual(['is: passed']);
        const folder = path.join(project.folder, 'cache', 'ns-jest-compile-cache');
        return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => [
          name,
          statSync(path.join(folder, name)).mtimeMs,
        ]);
      };
      const first = await kept();
      expect(first).not.toEqual([]);
      // All of it was there.
      expect(await kept()).toEqual(first);
    } finally {
      project.remove();
    }
  });
});
