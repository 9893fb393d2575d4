import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { testUnless } from '../support/needs';
import { OneRun, type TestFile } from '../support/one-run';

// Who a test process is: inside by its own account, outside by what it leaves.

const uid = process.getuid?.() as number;
const gid = process.getgid?.() as number;
const isRoot = uid === 0;

const scratch = mkdtempSync('/var/tmp/ns-jest-test-');
chmodSync(scratch, 0o777);
afterAll(() => rmSync(scratch, { recursive: true }));

const NOBODY = 65534;
const leftBy = (name: string) => path.join(scratch, name);

/** A file that says who it is, and leaves a file. */
function who(name: string, options: object, user: number, group: number): TestFile {
  return {
    options,
    text: `
      test('by its ids', () => {
        expect([process.getuid(), process.geteuid()]).toEqual([${user}, ${user}]);
        expect([process.getgid(), process.getegid()]).toEqual([${group}, ${group}]);
      });
      test('by those of what it starts and makes', () => {
        expect([output('id', '-ru'), output('id', '-u')]).toEqual(['${user}', '${user}']);
        expect([output('id', '-rg'), output('id', '-g')]).toEqual(['${group}', '${group}']);
        fs.writeFileSync('${leftBy(name)}', '');
        expect(fs.statSync('${leftBy(name)}')).toMatchObject({ uid: ${user}, gid: ${group} });
      });
      test('and has the powers of root if it is root', () => {
        expect(attempt(() => ns.hostname.set('mine'))).toBe(${user} === 0 ? 'ok' : 'EPERM');
      });`,
  };
}

const CHOSEN = [1, 99_999, 4_000_000_000];

const FILES: Record<string, TestFile> = {
  root: who('root', {}, 0, 0),
  nobody: who('nobody', { uid: NOBODY, gid: NOBODY }, NOBODY, NOBODY),
  current: who('current', { mapCurrentUser: true }, uid, gid),
  ...Object.fromEntries(
    CHOSEN.map((id) => [`chosen-${id}`, who(`chosen-${id}`, { uid: id, gid: id + 1 }, id, id + 1)]),
  ),
  ...Object.fromEntries(
    CHOSEN.map((id) => [
      `mapped-${id}`,
      who(
        `mapped-${id}`,
        {
          uidMap: [{ inside: id, outside: uid }],
          gidMap: [{ inside: id + 1, outside: gid }],
          ...{ uid: id, gid: id + 1 },
        },
        id,
        id + 1,
      ),
    ]),
  ),
};

describe('files of one run', () => {
  let run: OneRun;
  beforeAll(async () => {
    run = await OneRun.of(FILES);
  }, 300_000);
  afterAll(() => run.remove());

  /** Whose its file is on the host. */
  const expectOwner = (name: string, owner: number, group: number) =>
    expect(statSync(leftBy(name))).toMatchObject({ uid: owner, gid: group });

  test('USER-23 the user inside is root, nobody or the one outside, as asked', () => {
    run.expectPassed('root', 'nobody', 'current');
    expectOwner('root', uid, gid);
    expectOwner('current', uid, gid);
    // Root becomes another; who has one id stays himself, by whatever name.
    expectOwner('nobody', ...(isRoot ? ([NOBODY, NOBODY] as const) : ([uid, gid] as const)));
  });

  test.each(CHOSEN)('USER-24 the user inside is %d, if asked', (id) => {
    run.expectPassed(`chosen-${id}`, `mapped-${id}`);
    expectOwner(`chosen-${id}`, isRoot ? id : uid, isRoot ? id + 1 : gid);
    expectOwner(`mapped-${id}`, uid, gid);
  });
});

testUnless(isRoot ? undefined : 'needs a file of root’s, and another user to be')(
  'RUN-16 what only root outside can reach can be mounted for who is not root there',
  async () => {
    const secret = path.join(scratch, 'secret');
    mkdirSync(path.join(secret, 'folder'), { recursive: true, mode: 0o700 });
    writeFileSync(path.join(secret, 'folder', 'file'), 'reached', { mode: 0o644 });
    writeFileSync(path.join(secret, 'single'), 'reached, too', { mode: 0o644 });
    const ids = [{ inside: 0, outside: 100_000, count: 65_536 }];
    const run = await OneRun.of({
      bound: {
        options: {
          uidMap: ids,
          gidMap: ids,
          mounts: [
            { type: 'bind', source: path.join(secret, 'folder'), target: '/tmp/folder' },
            { type: 'bind', source: path.join(secret, 'single'), target: '/tmp/single' },
          ],
        },
        text: `
          test('not by its path', () => {
            expect(fs.readFileSync('/proc/self/uid_map', 'utf8').trim().split(/ +/)).toEqual(['0', '100000', '65536']);
            expect(attempt(() => fs.readFileSync('${secret}/single'))).toBe('EACCES');
          });
          test('where it is mounted', () => {
            expect(fs.readFileSync('/tmp/single', 'utf8')).toBe('reached, too');
            expect(attempt(() => fs.writeFileSync('/tmp/single', 'x'))).toBe('EACCES');
          });`,
      },
    });
    try {
      run.expectPassed('bound');
    } finally {
      run.remove();
    }
  },
);
