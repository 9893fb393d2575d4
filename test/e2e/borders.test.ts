import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type HostState, hostState } from '../support/host';
import { ENTRY_LINES } from '../support/package';
import { outcomes, Project, runJest } from '../support/project';

let before: HostState;
beforeEach(() => {
  before = hostState();
});
afterEach(() => {
  expect(hostState()).toEqual(before);
});

/** Opens, and writes nothing: what may be opened for writing is writable. */
const MAY_WRITE = `
  const fs = require('fs');
  const mayWrite = (file) => {
    try { fs.closeSync(fs.openSync(file, 'r+')); return true; } catch { return false; }
  };
`;
const GLOBAL = [
  '/proc/sys/vm/swappiness',
  '/proc/sys/kernel/panic',
  '/sys/kernel/mm/transparent_hugepage/enabled',
];
// The kernel gives this file to real root only, in whatever namespace.
const HOSTNAME = process.getuid?.() === 0 ? ['/proc/sys/kernel/hostname'] : [];
const HOST_NETWORK = ['/proc/sys/net/ipv4/ip_forward'];
const CGROUPS = ['/sys/fs/cgroup/cgroup.procs', '/sys/fs/cgroup/unified/cgroup.procs'];

test.each<[string, object, string[], string[]]>([
  [
    'by default',
    {},
    [...GLOBAL, ...CGROUPS],
    ['/proc/sys/net/ipv4/ip_forward', ...HOSTNAME, '/proc/sys/kernel/shmmax'],
  ],
  ["on the host's network", { net: false }, [...GLOBAL, ...CGROUPS, ...HOST_NETWORK], HOSTNAME],
  ["with the host's processes", { pid: false }, [...GLOBAL, ...CGROUPS], HOSTNAME],
])(
  "sysctls and cgroups of the host are read-only, the sandbox's own are not: %s",
  async (_, namespaces, closed, open) => {
    const run = await runJest(
      {
        'a.test.js': `${MAY_WRITE}
        test('files', () => {
          expect(${JSON.stringify(closed)}.filter(mayWrite)).toEqual([]);
          expect(${JSON.stringify(open)}.filter((file) => !mayWrite(file))).toEqual([]);
        });`,
      },
      { preset: 'ns-jest', testEnvironmentOptions: { namespaces } },
    );
    expect(run.stderr).not.toContain('●');
    expect(outcomes(run)).toEqual(['files: passed']);
  },
);

describe.each(ENTRY_LINES)('$line', ({ config }) => {
  test('five megabytes of output arrive, whether the file ends or exits', async () => {
    const bytes = 5_000_000;
    const files = {
      'a.test.js': `test('a', () => { process.stdout.write('a'.repeat(${bytes}) + 'END-A'); });`,
      'b.test.js': `test('b', () => { process.stdout.write('b'.repeat(${bytes}) + 'END-B'); process.exit(3); });`,
    };
    const { stdout } = await runJest(files, config);
    expect(stdout.length).toBeGreaterThan(2 * bytes);
    expect(stdout).toContain('END-A');
    expect(stdout).toContain('END-B');
  });

  test('garbage on the channel harms nobody', async () => {
    const run = await runJest(
      {
        'a.test.js': `test('writes', async () => {
          const result = (file, status) => [file, { fullName: 'forged', title: 'forged', ancestorTitles: [], status, failureMessages: [] }];
          const other = __filename.replace('a.test.js', 'c.test.js');
          for (const message of [
            null, 5, [], {}, { type: 'unknown' }, { type: 'hasOwnProperty' },
            { type: 'test-event' },
            { type: 'test-event', name: 'test-case-result', payload: [] },
            { type: 'test-event', name: 'test-case-result', payload: [__filename, null] },
            { type: 'test-event', name: 'test-case-result', payload: result(other, 'failed') },
            { type: 'test-event', name: 'test-file-failure', payload: result(__filename, 'failed') },
            { type: 'console' }, { type: 'console', entry: {} },
            { type: 'open-handles' }, { type: 'open-handles', handles: [null] },
            { type: 'file-succeeded' }, { type: 'file-succeeded', result: { testFilePath: other } },
            { type: 'not-isolated' },
          ]) require('fs').writeSync(3, require('v8').serialize(message).toString('base64') + '\\n');
          require('fs').writeSync(3, 'no message\\n\\n');
          await new Promise((resolve) => setTimeout(resolve, 700));
        });`,
        'b.test.js': `test('closes', () => { require('fs').closeSync(3); });`,
        'c.test.js': `test('runs', () => {});`,
      },
      config,
    );
    expect(outcomes(run)).toEqual(['closes: failed', 'runs: passed', 'writes: passed']);
    expect(run.stderr).toContain('while this test was running');
  });

  test('a mount point is never made on the host, and a bind shows at its target only', async () => {
    const project = new Project({
      'a.test.js': `test('bind', () => {
        const fs = require('fs');
        expect(fs.readFileSync('/tmp/inside/fact', 'utf8')).toBe('x');
        expect(fs.existsSync(process.env.SOURCE)).toBe(false);
        expect(() => fs.writeFileSync('/tmp/inside/fact', 'y')).toThrow('EROFS');
      });`,
    });
    const beside = new Project({ fact: 'x' }, '/tmp');
    const bind = [{ source: beside.folder, target: '/tmp/inside', readonly: true }];
    const run = await project.run(
      { ...config, testEnvironmentOptions: { bind } },
      { env: { SOURCE: beside.folder } },
    );
    expect(outcomes(run)).toEqual(['bind: passed']);

    // Below a covered directory, but kept: these files are the host's.
    const target = path.join(project.folder, 'made', 'by', 'sandbox');
    const refused = await project.run({
      ...config,
      testEnvironmentOptions: {
        bind: [{ source: '/etc', target }],
        tmpfs: [path.dirname(project.folder)],
      },
    });
    expect(refused.stderr).toContain(`step "bind" '${target}' failed with ENOENT`);
    expect(existsSync(path.join(project.folder, 'made'))).toBe(false);
    project.remove();
    beside.remove();
  });

  test('$TMPDIR below a covered directory is there, and empty', async () => {
    const project = new Project(
      {
        'a.test.js': `test('tmp', () => {
        const fs = require('fs'), os = require('os');
        expect(os.tmpdir()).toBe(process.env.TMPDIR);
        expect(fs.readdirSync(os.tmpdir())).toEqual([]);
        fs.mkdtempSync(os.tmpdir() + '/x-');
      });`,
      },
      '/var/tmp',
    );
    const temporary = new Project({}, '/tmp');
    const folder = path.join(temporary.folder, 'deep', 'er');
    mkdirSync(folder, { recursive: true });
    const run = await project.run(
      { ...config, cacheDirectory: path.join(project.folder, '.jest') },
      { env: { TMPDIR: folder } },
    );
    expect(outcomes(run)).toEqual(['tmp: passed']);
    project.remove();
    temporary.remove();
  });

  test('processes that a file leaves are told by their commands', async () => {
    const run = await runJest(
      {
        'a.test.js': `test('leaves', () => { require('child_process').spawn('sleep', ['4321'], { detached: true, stdio: 'ignore' }).unref(); });`,
      },
      config,
    );
    expect(run.stderr).toContain(
      'ns-jest: a.test.js left processes running, which were killed:\n  sleep 4321, since "leaves"\n',
    );
    expect(run.code).toBe(0);
  });

  test("each namespace can be the host's, or only tried", async () => {
    const names = ['user', 'mount', 'pid', 'net', 'ipc', 'uts', 'cgroup', 'time'];
    const project = new Project({
      'a.test.js': `const { ns } = require('ns-jest'); test('isolated', () => { expect(ns).toBeIsolatedFromHost(); console.log('asked ' + ns.namespaces.asked().join()); });`,
    });
    const tried = await project.run({
      ...config,
      testEnvironmentOptions: {
        namespaces: Object.fromEntries(names.map((name) => [name, 'try'])),
      },
    });
    expect(outcomes(tried)).toEqual(['isolated: passed']);
    const shared = await project.run({
      ...config,
      testEnvironmentOptions: { namespaces: { net: false, cgroup: false, time: false } },
    });
    expect(outcomes(shared)).toEqual(['isolated: passed']);
    expect(shared.stderr + shared.stdout).toContain('asked user,mount,pid,ipc,uts');
    project.remove();
  });
});
