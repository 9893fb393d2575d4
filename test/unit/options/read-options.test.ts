import { describe, expect, test } from '@jest/globals';
import { readOptions } from '../../../src/options/read-options';

test.each<[string, object, string]>([
  ['an unknown option', { hostNmae: 'x' }, 'Unknown option "hostNmae". Did you mean "hostname"?'],
  [
    'an unknown namespace',
    { namespaces: { nett: true } },
    'Unknown option "namespaces.nett". Did you mean "namespaces.net"?',
  ],
  [
    'a wrong type',
    { hostname: 5 },
    'Expected the option "hostname" to be a non-empty string without NUL, got 5',
  ],
  [
    'a wrong value',
    { namespaces: { uts: 'yes' } },
    "Expected the option \"namespaces.uts\" to be true, false, 'try', got 'yes'",
  ],
  [
    'a limit that is none',
    { timeout: 0 },
    'Expected the option "timeout" to be milliseconds from 1 to 2147483647, or false, got 0',
  ],
  [
    'too long a hostname',
    { hostname: 'x'.repeat(65) },
    'Expected the option "hostname" to be at most 64 bytes, got 65',
  ],
  [
    'too long a hostname in bytes',
    { hostname: 'ü'.repeat(40) },
    'Expected the option "hostname" to be at most 64 bytes, got 80',
  ],
  [
    'a relative path',
    { tmpfs: ['tmp'] },
    'Expected the option "tmpfs[0]" to be an absolute path, got \'tmp\'',
  ],
  [
    'a missing directory',
    { tmpfs: ['/no/where'] },
    'The option "tmpfs[0]" names no directory: /no/where',
  ],
  [
    'a missing bind source',
    { bind: [{ source: '/no/where', target: '/mnt' }] },
    'The source of "bind[0]" does not exist: /no/where',
  ],
  [
    'a missing bind target',
    { bind: [{ source: '/etc', target: '/no/where' }] },
    'The target of "bind[0]" does not exist: /no/where',
  ],
  [
    'contradictory namespaces',
    { namespaces: { mount: false } },
    'The option "namespaces.mount" cannot be false while "namespaces.pid" is not',
  ],
  [
    'contradictory mappings',
    { mapRootUser: true, mapCurrentUser: true },
    'The options "mapRootUser" and "mapCurrentUser" contradict each other: both are true',
  ],
  ['a name from Object', { constructor: {} }, 'Unknown option "constructor"'],
  [
    'a namespace from Object',
    { namespaces: { constructor: true } },
    'Unknown option "namespaces.constructor"',
  ],
  [
    'an array with holes',
    { uidMap: Array(1) },
    'Expected the option "uidMap[0]" to be an object, got undefined',
  ],
  ['a value that JSON does not have', { uid: 10n }, 'to be an id from 0 to 4294967294, got 10n'],
  [
    'an object that is no text',
    { cgroup: { memoryMax: Object.create(null) } },
    'Expected the option "cgroup.memoryMax" to be bytes from 1 on',
  ],
  [
    'a path that leads nowhere',
    { root: { type: 'directory', source: `/tmp/${'long'.repeat(70)}` } },
    'The path of "root.source" cannot be looked at: ENAMETOOLONG',
  ],
  ['a directory that must stay', { tmpfs: ['/'] }, 'The option "tmpfs[0]" cannot cover /'],
  [
    'an option without effect',
    { namespaces: { net: false }, loopback: true },
    'The option "loopback" has no effect while "namespaces.net" is false',
  ],
  [
    'an unknown key of a bind',
    { bind: [{ sorce: '/etc' }] },
    'Unknown option "bind[0].sorce". Did you mean "bind[0].source"?',
  ],
  [
    'an array for an object',
    { namespaces: [] },
    'Expected the option "namespaces" to be an object, got []',
  ],
  [
    'NaN',
    { hostname: Number.NaN },
    'Expected the option "hostname" to be a non-empty string without NUL, got NaN',
  ],
])('%s is refused by name', (_, options, message) => {
  expect(() => readOptions(options as Record<string, unknown>)).toThrow(message);
});

describe('defaults', () => {
  test('all eight namespaces, root inside, /tmp, /dev/shm and /run covered', () => {
    expect(readOptions({})).toMatchObject({
      namespaces: {
        user: true,
        mount: true,
        pid: true,
        net: true,
        ipc: true,
        uts: true,
        cgroup: true,
        time: true,
      },
      hostname: 'sandbox',
      domainname: '(none)',
      mapRootUser: true,
      tmpfs: [{ path: '/tmp' }, { path: '/dev/shm' }, { path: '/run' }],
      bind: [],
      dev: 'minimal',
      loopback: true,
      baseEnvironment: 'node',
      baseEnvironmentOptions: {},
      global: false,
      timeout: 1_800_000,
      onUnsupported: 'fail',
    });
  });

  test('an option that is undefined is not given', () => {
    expect(readOptions({ hostname: undefined }).hostname).toBe('sandbox');
  });

  test("options of Jest's own environments go to the base environment, and win there", () => {
    const { baseEnvironmentOptions } = readOptions({
      url: 'http://a.test/',
      customExportConditions: ['browser'],
      baseEnvironmentOptions: { url: 'http://b.test/' },
    });
    expect(baseEnvironmentOptions).toEqual({
      url: 'http://a.test/',
      customExportConditions: ['browser'],
    });
  });

  test('mapCurrentUser is the opposite of mapRootUser', () => {
    expect(readOptions({ mapCurrentUser: true }).mapRootUser).toBe(false);
  });

  test('both names of a namespace are understood', () => {
    expect(readOptions({ namespaces: { network: false } }).namespaces.net).toBe(false);
  });

  test('a bind whose source may be missing is left out', () => {
    expect(
      readOptions({ bind: [{ source: '/no/where', try: true, target: '/mnt' }] }).bind,
    ).toEqual([]);
  });
});
