import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type HostState, hostState } from '../support/host';
import { ENTRY_LINES, NS_INIT } from '../support/package';
import { type JestOptions, type JestRun, Project, runJest } from '../support/project';

const FILES = { 'a.test.js': `test('never runs', () => {});` };

/** The one error of a run in which no test ran. */
function errorOf(run: JestRun): string {
  expect(run.json?.numTotalTests ?? 0).toBe(0);
  expect(run.code).toBe(1);
  const errors = run.stderr.match(/(SandboxError: )?[^\n]*(\n {2,}[^\n]*)*/g) ?? [];
  return errors.join('\n').replace(/\s*\n\s*/g, '\n');
}

let before: HostState;
beforeEach(() => {
  before = hostState();
});
afterEach(() => {
  expect(hostState()).toEqual(before);
});

describe.each(ENTRY_LINES)('$line', ({ config }) => {
  const withOptions = (testEnvironmentOptions: object, options: JestOptions = {}) =>
    runJest(FILES, { ...config, testEnvironmentOptions }, options);

  test.each<[string, object, string]>([
    ['an unknown option', { hostNmae: 'x' }, 'Unknown option "hostNmae". Did you mean "hostname"?'],
    [
      'an unknown namespace',
      { namespaces: { nett: true } },
      'Unknown option "namespaces.nett". Did you mean "namespaces.net"?',
    ],
    [
      'too long a hostname in bytes',
      { hostname: 'ü'.repeat(40) },
      'Expected the option "hostname" to be at most 64 bytes, got 80',
    ],
    [
      'a missing bind source',
      { bind: [{ source: '/no/where', target: '/mnt' }] },
      'The source of "bind[0]" does not exist: /no/where',
    ],
    [
      'contradictory namespaces',
      { namespaces: { mount: false } },
      'The option "namespaces.mount" cannot be false while "namespaces.pid" is not',
    ],
    [
      'a bind onto a file',
      { bind: [{ source: '/etc', target: '/etc/passwd' }] },
      'Could not open the sandbox: step "bind" \'/etc/passwd\' failed with ENOTDIR (not a directory)',
    ],
  ])('%s is one clear error before any test runs', async (_, options, message) => {
    expect(errorOf(await withOptions(options))).toContain(message);
  });

  test('an unknown base environment is told as by Jest', async () => {
    const run = await withOptions({ baseEnvironment: 'no-such-environment' });
    expect(errorOf(run)).toContain('no-such-environment cannot be found');
  });

  test('forbidden namespaces: step, errno, cause and fix', async () => {
    // A sandbox of our own in which the limit is 0 stands for a host that forbids them.
    const ids =
      process.getuid?.() === 0
        ? ['0:0:4294967295', '0:0:4294967295']
        : [`0:${process.getuid?.()}:1`, `0:${process.getgid?.()}:1`];
    const run = await withOptions(
      {},
      {
        // The user inside is another, with another cache.
        args: ['--no-cache', '--cacheDirectory=node_modules/.cache'],
        wrapper: [
          NS_INIT,
          ...['--unshare=user', `--uid-map=${ids[0]}`, `--gid-map=${ids[1]}`],
          ...(process.getuid?.() === 0 ? [] : ['--deny-setgroups']),
          ...[
            '--',
            '/bin/sh',
            '-c',
            'echo 0 > /proc/sys/user/max_user_namespaces; exec "$@"',
            'sh',
          ],
        ],
      },
    );
    const error = errorOf(run);
    expect(error).toContain('step "clone namespaces" failed with ENOSPC');
    expect(error).toContain('The limit user.max_user_namespaces is 0');
    // Said once.
    expect(error.match(/sudo sysctl -w user.max_user_namespaces=/g)).toHaveLength(1);
  });

  test('a missing binary names every path tried and the command that builds it', async () => {
    const empty = mkdtempSync(path.join(os.tmpdir(), 'ns-jest-test-'));
    const error = errorOf(await withOptions({}, { env: { NS_JEST_BINARIES: empty } }));
    expect(error).toContain(`${empty}/ns-init`);
    expect(error).toContain('npm run build:addon');
    for (const name of ['ns-init', 'ns-agent']) {
      cpSync(path.join(path.dirname(NS_INIT), name), path.join(empty, name));
    }
    const withoutAddon = errorOf(await withOptions({}, { env: { NS_JEST_BINARIES: empty } }));
    expect(withoutAddon).toContain(`${empty}/ns_jest.node`);
    rmSync(empty, { recursive: true });
  });

  describe('where there are no sandboxes (not Linux)', () => {
    // The platform as our own code reads it. Jest's resolver would look for binaries of the other.
    const preload = `Object.defineProperty(process, 'platform', {
      get: () => (new Error().stack.includes('hand-over/supported') ? 'darwin' : 'linux'),
    });`;
    const run = async (onUnsupported: string | undefined) => {
      const project = new Project({ ...FILES, 'elsewhere.js': preload });
      const testEnvironmentOptions = onUnsupported === undefined ? {} : { onUnsupported };
      const env = { NODE_OPTIONS: `--require ${project.folder}/elsewhere.js` };
      try {
        return await project.run({ ...config, testEnvironmentOptions }, { env });
      } finally {
        project.remove();
      }
    };

    test('fail, the default, is one clear sentence', async () => {
      expect(errorOf(await run(undefined))).toContain(
        'ns-jest needs Linux: namespaces are a feature of its kernel, and this is darwin',
      );
    });

    test('skip reports the file as skipped, with the reason', async () => {
      const { json, code } = await run('skip');
      expect(json).toMatchObject({ numPendingTests: 1, numPassedTests: 0, numTotalTests: 1 });
      expect(json?.testResults[0]?.assertionResults[0]?.fullName).toContain('ns-jest needs Linux');
      expect(code).toBe(0);
    });

    test('run runs the file without a sandbox', async () => {
      const { json, code } = await run('run');
      expect(json).toMatchObject({ numPassedTests: 1, numTotalTests: 1 });
      expect(code).toBe(0);
    });
  });
});
