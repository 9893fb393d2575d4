import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { hostState } from '../support/host';
import { ENTRY_LINES } from '../support/package';
import { outcomes, Project } from '../support/project';

/** What of the host file systems could change. */
const filesOfHost = () => {
  const { mounts, shm, tmp, sandboxProcesses } = hostState();
  // Named network namespaces are mounts, too, and other tests make some meanwhile.
  return {
    mounts: mounts.filter((line) => !line.includes(' /run/netns/')),
    shm,
    tmp,
    sandboxProcesses,
  };
};
let before: ReturnType<typeof filesOfHost>;
beforeEach(() => {
  before = filesOfHost();
});
afterEach(() => {
  expect(filesOfHost()).toEqual(before);
});

/** A root file system with nothing to run, for whom writing shows what is read-only. */
const scratch = mkdtempSync('/var/tmp/ns-jest-test-');
const tree = path.join(scratch, 'tree: a,b');
const listed = () => execFileSync('find', [tree, '-printf', '%P %m %u %s\n'], { encoding: 'utf8' });
let untouched: string;
beforeAll(() => {
  mkdirSync(path.join(tree, 'etc'), { recursive: true });
  mkdirSync(path.join(tree, 'srv'));
  writeFileSync(path.join(tree, 'etc', 'motd'), 'from the tree\n');
  writeFileSync(path.join(tree, 'etc', 'hostname'), 'tree\n');
  untouched = listed();
  for (const [name, flag] of Object.entries({
    'tree.tar': '--no-auto-compress',
    'tree.tar.gz': '--gzip',
    'tree.tar.xz': '--xz',
    'tree.tar.zst': '--zstd',
  })) {
    execFileSync('tar', [
      '-c',
      '-C',
      tree,
      flag,
      '--force-local',
      '-f',
      path.join(scratch, name),
      '.',
    ]);
  }
});
afterAll(() => {
  execFileSync('chmod', ['-R', 'u+rwX', scratch]);
  rmSync(scratch, { recursive: true });
});

/** Files of one project that does all that Jest does: modules, snapshots, coverage, cache. */
const FILES = {
  'sum.js': `module.exports = (a, b) => a + b;`,
  'a.test.js': `
    const fs = require('fs');
    const attempt = (act) => { try { act(); return 'ok'; } catch ({ code }) { return code; } };
    test('runs', () => {
      expect(require('./sum')(1, 2)).toBe(3);
      expect({ sum: require('./sum')(1, 2) }).toMatchSnapshot();
      const told = {
        etc: attempt(() => fs.writeFileSync('/etc/ns-jest-left', 'x')),
        root: attempt(() => fs.writeFileSync('/ns-jest-left', 'x')),
        open: attempt(() => fs.writeFileSync('/var/tmp/ns-jest-left', 'x')),
        project: attempt(() => fs.writeFileSync(__dirname + '/written', 'x')),
        package: attempt(() => fs.writeFileSync(process.env.PACKAGE + '/ns-jest-left', 'x')),
        tmp: attempt(() => fs.writeFileSync('/tmp/ns-jest-left', 'x')),
        motd: attempt(() => { if (fs.readFileSync('/etc/motd', 'utf8') !== 'from the tree\\n') throw { code: 'other' }; }),
        self: fs.readFileSync('/proc/self/comm', 'utf8').trim(),
        interfaces: fs.readdirSync('/sys/class/net').filter((name) => name === 'lo').length,
        zero: attempt(() => fs.closeSync(fs.openSync('/dev/zero', 'r'))),
        shm: attempt(() => fs.writeFileSync('/dev/shm/x', 'x')),
        pts: fs.existsSync('/dev/pts/ptmx'),
        run: attempt(() => fs.writeFileSync('/run/x', 'x')),
        hosts: /localhost/.test(fs.readFileSync('/etc/hosts', 'utf8')),
        hostname: attempt(() => { if (fs.readFileSync('/etc/hostname', 'utf8') !== require('os').hostname() + '\\n') throw { code: 'other' }; }),
        resolver: fs.existsSync('/etc/resolv.conf'),
        top: fs.readdirSync('/').includes('home') ? 'host' : 'own',
      };
      fs.writeFileSync(__dirname + '/told.json', JSON.stringify(told));
    });`,
};

const FRESH = {
  project: 'ok',
  tmp: 'ok',
  interfaces: 1,
  zero: 'ok',
  shm: 'ok',
  pts: true,
  run: 'ok',
  hosts: true,
  resolver: true,
};
const HOSTS_TREE = { ...FRESH, top: 'host' };
const OWN_TREE = { ...FRESH, top: 'own', motd: 'ok', hostname: 'ok' };
const READ_ONLY = { etc: 'EROFS', root: 'EROFS', open: 'EROFS', package: 'EROFS' };
const WRITABLE = { etc: 'ok', root: 'ok', package: 'EROFS' };

const MODES: [string, object, object][] = [
  ['the host, read-only', { type: 'host', readonly: true }, { ...HOSTS_TREE, ...READ_ONLY }],
  [
    'an overlay over the host',
    { type: 'overlay' },
    { ...HOSTS_TREE, etc: 'ok', root: 'ok', open: 'ok' },
  ],
  ['an overlay over directories', { type: 'overlay', lower: [tree] }, { ...OWN_TREE, ...WRITABLE }],
  ['nothing', { type: 'empty' }, { ...FRESH, ...WRITABLE, top: 'own', motd: 'ENOENT' }],
  [
    'nothing, read-only',
    { type: 'empty', readonly: true },
    { ...FRESH, etc: 'EROFS', root: 'EROFS' },
  ],
  ['a directory', { type: 'directory', source: tree }, { ...OWN_TREE, ...WRITABLE }],
  [
    'a directory, read-only',
    { type: 'directory', source: tree, readonly: true },
    { ...OWN_TREE, etc: 'EROFS', root: 'EROFS', package: 'EROFS' },
  ],
  ...['tar', 'tar.gz', 'tar.xz', 'tar.zst'].map((ending): [string, object, object] => [
    `an archive, .${ending}`,
    { type: 'archive', source: path.join(scratch, `tree.${ending}`) },
    { ...OWN_TREE, ...WRITABLE },
  ]),
];

const env = {
  PACKAGE: path.resolve(__dirname, '..', '..'),
  XDG_CACHE_HOME: path.join(scratch, 'cache'),
};

describe.each([
  ['/tmp', MODES.filter(([name]) => !name.includes('archive'))],
  ['/var/tmp', MODES],
])('a project in %s', (parent, modes) => {
  test.each(modes)(
    'the root is %s: what is written vanishes, snapshots, coverage and cache stay',
    async (_, root, expected) => {
      const project = new Project(FILES, parent);
      const config = {
        ...(ENTRY_LINES[parent === '/tmp' ? 0 : 1].config as object),
        cacheDirectory: path.join(project.folder, 'cache'),
        collectCoverage: true,
        coverageReporters: ['json'],
        testEnvironmentOptions: { root },
      };
      const run = await project.run(config, { env, args: ['--ci=false'] });
      expect(run.stderr).not.toContain('●');
      expect(outcomes(run)).toEqual(['runs: passed']);
      expect(JSON.parse(project.read('told.json'))).toMatchObject({
        self: expect.any(String),
        ...expected,
      });
      expect(project.read('__snapshots__/a.test.js.snap')).toContain('"sum": 3');
      expect(Object.keys(JSON.parse(project.read('coverage/coverage-final.json')))).toEqual([
        path.join(project.folder, 'sum.js'),
      ]);
      expect(readdirSync(path.join(project.folder, 'cache')).length).toBeGreaterThan(0);
      expect(project.read('written')).toBe('x');
      project.remove();

      for (const left of ['/etc', '/', '/var/tmp', '/tmp', env.PACKAGE]) {
        expect(existsSync(path.join(left, 'ns-jest-left'))).toBe(false);
      }
      expect(listed()).toBe(untouched);
    },
  );
});
