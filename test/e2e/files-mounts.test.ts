import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { hostState } from '../support/host';
import { ENTRY_LINES } from '../support/package';
import { outcomes, runJest } from '../support/project';

/** Named network namespaces are mounts, too, and other tests make some meanwhile. */
const mountsOfHost = () => hostState().mounts.filter((line) => !line.includes(' /run/netns/'));
let before: string[];
beforeEach(() => {
  before = mountsOfHost();
});
afterEach(() => {
  expect(mountsOfHost()).toEqual(before);
});

const scratch = mkdtempSync('/var/tmp/ns-jest-test-');
const roots = path.join(scratch, 'cache', 'ns-jest', 'roots');
const env = { XDG_CACHE_HOME: path.join(scratch, 'cache') };
afterAll(() => {
  execFileSync('chmod', ['-R', 'u+rwX', scratch]);
  rmSync(scratch, { recursive: true });
});
const tree = path.join(scratch, 'tree');
mkdirSync(path.join(tree, 'dev'), { recursive: true });
writeFileSync(path.join(tree, 'fact'), 'true');
const archive = path.join(scratch, 'tree.tar.gz');
execFileSync('tar', ['-c', '-z', '-C', tree, '-f', archive, '.']);

const MOUNTS = [
  { type: 'tmpfs', target: '/tmp/small', size: '64k', mode: '700' },
  { type: 'file', target: '/tmp/small/file', content: 'content', mode: '600' },
  { type: 'symlink', target: '/tmp/link', source: 'small/file' },
  { type: 'dir', target: '/tmp/dir', mode: '1770' },
  { type: 'bind', source: tree, target: '/tmp/tree', readonly: true },
  { type: 'bind', source: '/no/where', target: '/tmp/none', try: true },
  { type: 'overlay', lower: [tree], target: '/tmp/over' },
  { type: 'mqueue', target: '/tmp/queues' },
  { type: 'devpts', target: '/tmp/pts' },
  { type: 'proc', target: '/tmp/proc' },
  { type: 'sysfs', target: '/tmp/sys' },
];

const options = {
  mounts: MOUNTS,
  hostname: 'web-1',
  hosts: { 'db.test': '10.1.2.3', 'six.test': ['::7', '10.1.2.4'] },
  dns: { servers: ['10.9.9.9'], search: ['a.test'], options: ['ndots:2'] },
  maskedPaths: ['/proc/version', '/usr/share', '/no/where'],
  readonlyPaths: ['/var/tmp'],
};

const TEST = `
  const fs = require('fs');
  const code = (act) => { try { act(); return 'ok'; } catch (error) { return error.code; } };
  const mode = (file) => (fs.statSync(file).mode & 0o7777).toString(8);
  test('mounts', async () => {
    expect(fs.readFileSync('/tmp/link', 'utf8')).toBe('content');
    expect(['/tmp/small', '/tmp/small/file', '/tmp/dir'].map(mode)).toEqual(['700', '600', '1770']);
    expect(code(() => fs.writeFileSync('/tmp/small/x', Buffer.alloc(100_000)))).toBe('ENOSPC');
    expect(code(() => fs.writeFileSync('/tmp/tree/x', ''))).toBe('EROFS');
    expect(fs.existsSync('/tmp/none')).toBe(false);
    fs.writeFileSync('/tmp/over/fact', 'false');
    expect(fs.readFileSync('/tmp/tree/fact', 'utf8')).toBe('true');
    const { ns } = require('ns-jest');
    const types = ns.mounts.list().filter(({ target }) => target.startsWith('/tmp/')).map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(['tmpfs', 'overlay', 'mqueue', 'devpts', 'proc', 'sysfs']));
    expect(code(() => fs.openSync('/tmp/proc/sys/vm/swappiness', 'r+'))).toMatch(/EROFS|EACCES/);
  });
  test('names', async () => {
    const { lookup } = require('dns').promises;
    expect((await lookup('db.test')).address).toBe('10.1.2.3');
    expect((await lookup('six.test', { family: 6 })).address).toBe('::7');
    expect((await lookup(require('os').hostname())).address).toBe('127.0.1.1');
    expect((await lookup('localhost')).address).toMatch(/127.0.0.1|::1/);
    expect(require('dns').getServers()).toEqual(['10.9.9.9']);
    expect(fs.readFileSync('/etc/resolv.conf', 'utf8')).toBe('nameserver 10.9.9.9\\nsearch a.test\\noptions ndots:2\\n');
    if (fs.existsSync('/etc/hostname')) expect(fs.readFileSync('/etc/hostname', 'utf8')).toBe('web-1\\n');
    // root inside may edit them
    fs.appendFileSync('/etc/hosts', '10.1.2.5 late.test\\n');
    expect((await lookup('late.test')).address).toBe('10.1.2.5');
  });
  test('masked and read-only paths', () => {
    expect(fs.readFileSync('/proc/version', 'utf8')).toBe('');
    if (fs.existsSync('/usr/share')) expect(fs.readdirSync('/usr/share')).toEqual([]);
    if (fs.existsSync('/var/tmp')) expect(code(() => fs.writeFileSync('/var/tmp/ns-jest-left', ''))).toBe('EROFS');
  });`;

const etc = () =>
  ['hosts', 'hostname', 'resolv.conf'].map((name) =>
    existsSync(`/etc/${name}`) ? readFileSync(`/etc/${name}`, 'utf8') : undefined,
  );

test.each<[string, object]>([
  ["the host's tree", {}],
  ['a read-only host', { root: { type: 'host', readonly: true } }],
  ['an overlay over the host', { root: { type: 'overlay' } }],
  ['a root of its own', { root: { type: 'empty' } }],
])('every kind of mount, names and masks, in %s', async (_, root) => {
  const files = etc();
  const run = await runJest(
    { 'a.test.js': TEST },
    { preset: 'ns-jest', testEnvironmentOptions: { ...options, ...root } },
    { env: { TMPDIR: '/tmp' } },
  );
  expect(run.stderr).not.toContain('●');
  expect(outcomes(run)).toEqual([
    ...['masked and read-only paths: passed', 'mounts: passed', 'names: passed'],
  ]);
  expect(etc()).toEqual(files);
  expect(readFileSync(path.join(tree, 'fact'), 'utf8')).toBe('true');
  expect(existsSync('/var/tmp/ns-jest-left')).toBe(false);
});

test.each<[string, object, string]>([
  ['none', { dev: 'none' }, 'mqueue,shm'],
  ['none, in a root of its own', { dev: 'none', root: { type: 'empty' } }, 'mqueue,shm'],
  ["the host's, in a root of its own", { dev: 'host', root: { type: 'empty' } }, 'host'],
])('/dev is %s', async (_, dev, expected) => {
  const run = await runJest(
    {
      'a.test.js': `test('dev', () => {
        const fs = require('fs');
        const names = fs.readdirSync('/dev').sort();
        if (process.env.EXPECTED !== 'host') expect(names.join()).toBe(process.env.EXPECTED);
        else expect(names.join()).toBe(process.env.HOST);
        fs.writeFileSync('/dev/shm/x', '');
      });`,
    },
    { preset: 'ns-jest', testEnvironmentOptions: dev },
    { env: { EXPECTED: expected, HOST: readdirSync('/dev').sort().join() } },
  );
  expect(run.stderr).not.toContain('●');
  expect(outcomes(run)).toEqual(['dev: passed']);
  expect(existsSync('/dev/shm/x')).toBe(false);
});

describe('archives', () => {
  const FACT = `test('fact', () => expect(require('fs').readFileSync('/fact', 'utf8')).toBe('true'));`;
  const root = { type: 'archive', source: archive };

  test('workers that want the same one at once unpack it once; what is long unused is removed', async () => {
    const old = path.join(roots, 'old');
    const recent = path.join(roots, 'recent');
    const abandoned = path.join(roots, '.new-abandoned');
    for (const folder of [old, recent, abandoned]) mkdirSync(folder, { recursive: true });
    // As archives have them.
    mkdirSync(path.join(old, 'closed'), { mode: 0o500 });
    const days = (count: number) => new Date(Date.now() - count * 24 * 3600 * 1000);
    utimesSync(old, days(31), days(31));
    utimesSync(recent, days(20), days(20));
    utimesSync(abandoned, days(2), days(2));
    const run = await runJest(
      { 'a.test.js': FACT, 'b.test.js': FACT, 'c.test.js': FACT },
      { testEnvironment: 'ns-jest', testEnvironmentOptions: { root } },
      { env, args: ['--maxWorkers=2'] },
    );
    expect(outcomes(run)).toEqual(Array(3).fill('fact: passed'));
    const left = readdirSync(roots);
    expect(left).toHaveLength(2);
    expect(left).toContain('recent');
    rmSync(recent, { recursive: true });
  });

  test.each<[string, Buffer | string, string]>([
    ['corrupt', 'this is no archive'.repeat(1000), 'This does not look like a tar archive'],
    ['cut short', readFileSync(archive).subarray(0, -20), 'unexpected end of file'],
  ])('one that is %s is one error, and leaves nothing', async (name, content, message) => {
    const file = path.join(scratch, `${name}.tar`);
    writeFileSync(file, content);
    const known = readdirSync(roots);
    const run = await runJest(
      { 'a.test.js': FACT },
      { preset: 'ns-jest', testEnvironmentOptions: { root: { ...root, source: file } } },
      { env },
    );
    expect(run.stderr).toContain(`The archive of "root" cannot be unpacked: ${file}`);
    expect(run.stderr).toContain(message);
    expect(outcomes(run)).toEqual([]);
    expect(readdirSync(roots)).toEqual(known);
  });
});

test.each(ENTRY_LINES)(
  'a root in which Node cannot start is told as that: $line',
  async ({ config }) => {
    const foreign = path.join(scratch, 'foreign');
    const [loader] = /\/\S*\/ld-\S+/.exec(
      execFileSync('ldd', [process.execPath], { encoding: 'utf8' }),
    ) as RegExpExecArray;
    mkdirSync(path.join(foreign, path.dirname(loader)), { recursive: true });
    writeFileSync(path.join(foreign, loader), 'another '.repeat(100), { mode: 0o755 });
    const run = await runJest(
      { 'a.test.js': `test('never', () => {});` },
      { ...config, testEnvironmentOptions: { root: { type: 'directory', source: foreign } } },
    );
    expect(run.stderr).toContain(`step "exec" '${process.execPath}' failed with`);
    expect(run.stderr).toContain('has another loader by that name');
    expect(outcomes(run)).toEqual([]);
  },
);

test('a root that cannot be pivoted into is entered by chroot, and told once a run', async () => {
  const run = await runJest(
    { 'a.test.js': `test('a', () => {});`, 'b.test.js': `test('b', () => {});` },
    { preset: 'ns-jest', testEnvironmentOptions: { root: { type: 'empty' } } },
    {
      args: ['-i'],
      wrapper: ['strace', '-f', '-qq', '-o', '/dev/null', '--inject=pivot_root:error=EINVAL'],
    },
  );
  expect(outcomes(run)).toEqual(['a: passed', 'b: passed']);
  expect(run.stderr.match(/pivot_root could not be used \(EINVAL\)/g)).toHaveLength(1);
});
