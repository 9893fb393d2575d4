import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { keptPaths } from '../../../src/options/files/kept-paths';
import { readOptions } from '../../../src/options/read-options';
import { toSandboxSpec } from '../../../src/options/sandbox-spec';
import { ROOT, USER } from '../../support/identities';

const NOTHING = { folders: [], written: [], others: [] };
const spec = (options: object, identity = USER) =>
  toSandboxSpec(readOptions(options as Record<string, unknown>), NOTHING, identity);

describe('ids', () => {
  test('an ordinary user is root inside, gives up setgroups, and needs no protected /proc', () => {
    expect(spec({})).toMatchObject({
      ids: {
        uidMap: [{ inside: 0, outside: 1000, count: 1 }],
        gidMap: [{ inside: 0, outside: 100, count: 1 }],
        denySetgroups: true,
      },
      files: { protectProc: false },
    });
  });

  test('or himself, by option', () => {
    expect(spec({ mapCurrentUser: true }).ids.uidMap).toEqual([
      { inside: 1000, outside: 1000, count: 1 },
    ]);
  });

  test('real root keeps every id, and its files in /proc are protected', () => {
    expect(spec({}, ROOT)).toMatchObject({
      ids: { uidMap: ROOT.all.uids, denySetgroups: false },
      files: { protectProc: true },
    });
  });

  test('root that has one id only is like any other user', () => {
    expect(spec({}, { uid: 0, gid: 0, all: undefined })).toMatchObject({
      ids: { uidMap: [{ inside: 0, outside: 0, count: 1 }], denySetgroups: true },
      files: { protectProc: true },
    });
  });

  test('without root a user namespace is added by itself', () => {
    expect(spec({ namespaces: { user: false } }).namespaces).toContain('user');
  });
});

test("what a namespace brings along goes with it: root's /sys is protected where the network is the host's", () => {
  expect(spec({ namespaces: { net: false } }, ROOT)).toMatchObject({
    files: { sys: false, protectSys: true, protectProc: true },
    network: { loopback: false, openToUsers: false },
  });
  expect(spec({ namespaces: { pid: false } }, ROOT)).toMatchObject({
    files: { proc: false, protectProc: true },
  });
});

test('an IPC namespace always covers /dev/shm', () => {
  expect(spec({ tmpfs: ['/tmp'] }).files.tmpfs).toEqual([{ path: '/tmp' }, { path: '/dev/shm' }]);
});

describe('kept paths', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ns-jest-test-'));
  const project = path.join(folder, 'project');
  mkdirSync(path.join(project, 'deep'), { recursive: true });
  mkdirSync(path.join(folder, 'a b,c=d'));
  symlinkSync(project, path.join(folder, 'link'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('below a covered directory, existing, resolved, and not twice', () => {
    const others = [
      path.join(project, 'deep'),
      path.join(folder, 'link'),
      '/no/where',
      '/etc',
      path.join(folder, 'a b,c=d'),
    ];
    expect(keptPaths({ folders: [project], written: [], others }, [folder])).toEqual(
      [project, path.join(folder, 'a b,c=d')].sort((a, b) => a.length - b.length),
    );
  });

  test('a folder that is itself covered is refused', () => {
    expect(() => keptPaths({ folders: [folder], written: [], others: [] }, [folder])).toThrow(
      `The option "tmpfs" covers ${folder}, which Jest itself works in`,
    );
  });

  test('a name that only begins alike is not below', () => {
    expect(
      keptPaths({ folders: [], written: [], others: [path.join(folder, 'link')] }, [`${project}s`]),
    ).toEqual([]);
  });
});
