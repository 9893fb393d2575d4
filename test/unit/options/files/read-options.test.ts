import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { fileArguments } from '../../../../src/launch/init-arguments/files';
import { readOptions } from '../../../../src/options/read-options';
import { toSandboxSpec } from '../../../../src/options/sandbox-spec';

const folder = mkdtempSync(path.join(os.tmpdir(), 'ns-jest-test-'));
const [upper, work, project, cache] = ['upper', 'work', 'project', 'cache'].map((name) => {
  mkdirSync(path.join(folder, name));
  return path.join(folder, name);
}) as [string, string, string, string];
const archive = path.join(folder, 'a.tar');
writeFileSync(archive, 'no archive');
afterAll(() => rmSync(folder, { recursive: true }));

const read = (options: object) => readOptions(options as Record<string, unknown>);
const tmpfs = (more: object) => ({ mounts: [{ type: 'tmpfs', target: '/tmp/x', ...more }] });
const overlay = (more: object) => ({
  mounts: [{ type: 'overlay', target: '/tmp/x', lower: ['/usr'], ...more }],
});

describe('is refused in one sentence', () => {
  test.each<[string, object, string]>([
    [
      'a root of no type',
      { root: {} },
      "Expected the option \"root.type\" to be 'host', 'overlay'",
    ],
    ['a root that is a word', { root: 'overlay' }, "to be 'host' or an object such as"],
    [
      'a slip in a root',
      { root: { type: 'directory', sorce: '/usr' } },
      'Unknown option "root.sorce". Did you mean "root.source"?',
    ],
    [
      'keys of another type of root',
      { root: { type: 'host', lower: ['/usr'] } },
      'Unknown option "root.lower". Known: type, readonly',
    ],
    [
      'an overlay over the host that is read-only',
      { root: { type: 'overlay', readonly: true } },
      'The option "root" contradicts itself',
    ],
    [
      'a size of what has no tmpfs',
      { root: { type: 'directory', source: '/usr', overlay: false, size: '1m' } },
      'The option "root" contradicts itself: "size"',
    ],
    ['an overlay over nothing', { root: { type: 'overlay', lower: [] } }, 'one directory or more'],
    [
      'an overlay over what is not there',
      { root: { type: 'overlay', lower: ['/usr', '/no/where'] } },
      'The option "root.lower[1]" names no directory: /no/where',
    ],
    [
      'a missing directory',
      { root: { type: 'directory', source: '/no/where' } },
      'The option "root.source" names no directory: /no/where',
    ],
    [
      'a missing archive',
      { root: { type: 'archive', source: '/no/where.tar' } },
      'The option "root.source" names no file: /no/where.tar',
    ],
    [
      'a directory for an archive',
      { root: { type: 'archive', source: '/usr' } },
      "For a directory: { type: 'directory' }",
    ],
    [
      'a root for want of a mount namespace',
      { root: { type: 'empty' }, namespaces: { mount: 'try' } },
      'needs a mount namespace that is had, not only tried',
    ],
    [
      'a root without a mount namespace',
      {
        root: { type: 'empty' },
        namespaces: { mount: false, pid: false, ipc: false, user: false },
      },
      'The option "root" has no effect while "namespaces.mount" is false',
    ],
    ['a mount of no type', { mounts: [{ target: '/tmp/x' }] }, 'the option "mounts[0].type"'],
    [
      'an unknown key of a mount',
      tmpfs({ soze: 1 }),
      'Unknown option "mounts[0].soze". Did you mean "mounts[0].size"?',
    ],
    ['a mount of nowhere', { mounts: [{ type: 'dir' }] }, 'the option "mounts[0].target"'],
    [
      'a bind of nothing',
      { mounts: [{ type: 'bind', source: '/no/where', target: '/tmp/x' }] },
      'The source of "mounts[0]" does not exist: /no/where',
    ],
    [
      'a target that would be made on the host',
      { mounts: [{ type: 'file', content: '', target: '/no/where' }] },
      'The target of "mounts[0]" does not exist: /no/where',
    ],
    [
      'a link on the host',
      { mounts: [{ type: 'symlink', source: 'x', target: '/usr/x' }] },
      'The target of "mounts[0]" lies on the host: /usr/x',
    ],
    ...['/', '/proc', '/sys/', '/dev'].map((target): [string, object, string] => [
      `a mount on ${target}`,
      { mounts: [{ type: 'tmpfs', target }] },
      `The option "mounts[0]" cannot put a tmpfs on ${path.resolve(target)}`,
    ]),
    ...['64x', '-1', '0', 0, 1.5, '1,mode=0', ''].map((size): [string, object, string] => [
      `the size ${JSON.stringify(size)}`,
      tmpfs({ size }),
      'Expected the option "mounts[0].size" to be a number of bytes',
    ]),
    ...[755, '9', '77777', '0o7'].map((mode): [string, object, string] => [
      `the mode ${JSON.stringify(mode)}`,
      tmpfs({ mode }),
      'Expected the option "mounts[0].mode" to be an octal mode as a text',
    ]),
    [
      'the size of a covered directory',
      { tmpfs: [{ path: '/tmp', size: 'big' }] },
      'Expected the option "tmpfs[0].size"',
    ],
    [
      'an overlay with half an upper layer',
      overlay({ upper }),
      'The option "mounts[0]" needs "upper" and "work" together',
    ],
    [
      'lower layers that overlap',
      overlay({ lower: [folder, folder] }),
      `${folder} lies in ${folder}: layers must not overlap`,
    ],
    [
      'layers of the root that overlap',
      { root: { type: 'overlay', lower: [upper, folder] } },
      `${upper} lies in ${folder}: layers must not overlap`,
    ],
    [
      'layers that overlap',
      overlay({ lower: [folder], upper, work }),
      `${upper} lies in ${folder}: layers must not overlap`,
    ],
    [
      'layers on two file systems',
      overlay({ upper, work: '/dev/shm' }),
      '"upper" and "work" lie on different file systems',
    ],
    [
      'an upper layer on a host that is read-only',
      { ...overlay({ upper, work }), root: { type: 'host', readonly: true } },
      'has an upper layer on the host, which "root" makes read-only',
    ],
    [
      'content that is no text',
      { mounts: [{ type: 'file', target: '/tmp/x', content: 'a\0b' }] },
      'Expected the option "mounts[0].content" to be a string without NUL',
    ],
    [
      'content that is too large',
      { mounts: [{ type: 'file', target: '/tmp/x', content: 'ü'.repeat(50_001) }] },
      'to be at most 100000 bytes, got 100002',
    ],
    ...(['proc', 'sysfs', 'mqueue'] as const).map((type, index): [string, object, string] => [
      `${type} of a namespace that is the host's`,
      {
        mounts: [{ type, target: '/tmp/x' }],
        namespaces: { [['pid', 'net', 'ipc'][index] as string]: false, user: false },
      },
      `The option "mounts[0]" cannot mount ${type} while`,
    ]),
    [
      'propagation of a root of its own',
      { root: { type: 'empty' }, propagation: 'slave' },
      'The option "propagation" cannot be "slave" with a root of its own',
    ],
    [
      'a mask over everything',
      { maskedPaths: ['/'] },
      'The option "maskedPaths[0]" cannot cover /',
    ],
    [
      'a root that is read-only by its path',
      { readonlyPaths: ['/'] },
      "root: { type: 'host', readonly: true }",
    ],
    [
      'a host without an address',
      { hosts: { a: 'b' } },
      'Expected the option "hosts.a" to be an IP',
    ],
    ['an address without a host', { hosts: { 'a b': '::1' } }, 'Expected the option "hosts"'],
    ['too many servers', { dns: { servers: ['::1', '::2', '::3', '::4'] } }, 'at most 3 addresses'],
    ['a domain of two words', { dns: { search: ['a b'] } }, '"dns.search[0]" to be one word'],
    ['an unknown key of dns', { dns: { server: [] } }, 'Did you mean "dns.servers"?'],
  ])('%s', (_, options, message) => {
    expect(() => read(options)).toThrow(message);
  });

  const asRoot = process.geteuid?.() === 0 ? test : test.skip;
  asRoot('propagation that would reach the host', () => {
    expect(() => read({ propagation: 'unchanged', namespaces: { user: 'try' } })).toThrow(
      'The option "propagation" cannot be "unchanged" while "namespaces.user" is not true',
    );
  });
});

const identity = { uid: 1000, gid: 1000, all: undefined };
const needed = { folders: [project, cache], written: [project, cache], others: [upper, '/'] };
const specOf = (options: object) => toSandboxSpec(read(options), needed, identity).files;
const wordsOf = (options: object) => fileArguments(specOf(options));

describe('what would hide what Jest needs', () => {
  test.each<[string, object, string]>([
    ['a tmpfs over the project', { mounts: [{ type: 'tmpfs', target: project }] }, '"mounts[0]"'],
    ['a mount above the cache', { mounts: [{ type: 'tmpfs', target: folder }] }, '"mounts[0]"'],
    ['a bind', { bind: [{ source: '/usr', target: folder }] }, '"bind[0]"'],
    ['a bind over Node', { bind: [{ source: '/usr', target: process.execPath }] }, '"bind[0]"'],
    ['a mask', { maskedPaths: [cache] }, '"maskedPaths[0]"'],
    ['a project that is not to be written to', { readonlyPaths: [folder] }, '"readonlyPaths[0]"'],
    ['the same by a bind', { bind: [{ source: folder, readonly: true }] }, '"bind[0]"'],
  ])('%s', (_, options, option) => {
    expect(() => specOf(options)).toThrow(`The option ${option} `);
  });

  test('what is bound onto itself hides nothing', () => {
    expect(specOf({ bind: [{ source: folder }] }).mounts).toHaveLength(1);
    expect(specOf({ readonlyPaths: ['/usr'] }).readonly).toEqual(['/usr']);
  });
});

describe('what reaches ns-init', () => {
  test('nothing more by default', () => {
    expect(wordsOf({ tmpfs: ['/run'] })).toEqual([
      ...['--proc', '--sys', '--dev', '--mqueue', '--tmpfs=/run', '--tmpfs=/dev/shm'],
    ]);
  });

  test("a root of its own: the project writable, the rest read-only, Node's libraries, names", () => {
    const words = wordsOf({ root: { type: 'empty', size: '1m' } });
    expect(words.slice(0, 2)).toEqual(['--root=empty', '--root-data=mode=755,size=1m']);
    expect(words).toEqual(
      expect.arrayContaining([`--keep=${project}`, `--keep=${cache}`, `--ro-keep=${upper}`]),
    );
    expect(words).not.toContain('--ro-keep=/');
    expect(words.filter((word) => word.startsWith('--onto=')).join()).toMatch(/ld-.*\/etc\/hosts/);
    expect(words).toContain('--from=sandbox\n');
  });

  test('mounts keep their order, binds come last', () => {
    const words = wordsOf({
      bind: [{ source: '/usr', target: '/tmp/usr', dev: true }],
      mounts: [
        { type: 'tmpfs', target: '/tmp/a/', size: 4096, mode: '700', options: 'nr_inodes=9' },
        { type: 'overlay', target: '/tmp/a/b', lower: ['/usr', '/etc'], readonly: true },
      ],
    });
    expect(words.slice(words.indexOf('--mount=tmpfs'))).toEqual([
      ...['--mount=tmpfs', '--onto=/tmp/a', '--with=mode=700,size=4096,nr_inodes=9'],
      ...['--mount=overlay', '--from=/usr', '--from=/etc', '--onto=/tmp/a/b', '--readonly'],
      ...['--mount=bind', '--from=/usr', '--onto=/tmp/usr', '--devices'],
    ]);
  });

  test('hosts and resolvers', () => {
    const words = wordsOf({
      hosts: { web: ['10.0.0.1', '::2'] },
      dns: { servers: ['10.0.0.9'], search: ['a.test', 'b.test'], options: ['ndots:1'] },
    });
    expect(words).toContain(
      '--from=127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n127.0.1.1\tsandbox\n10.0.0.1\tweb\n::2\tweb\n',
    );
    expect(words).toContain('--from=nameserver 10.0.0.9\nsearch a.test b.test\noptions ndots:1\n');
  });
});

test('a path that is a link counts as what it leads to', () => {
  symlinkSync(project, path.join(folder, 'link'));
  expect(() => specOf({ mounts: [{ type: 'tmpfs', target: path.join(folder, 'link') }] })).toThrow(
    'hides',
  );
});
