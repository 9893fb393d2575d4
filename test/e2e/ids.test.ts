import { chmodSync, existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { allottedIds } from '../../src/options/ids/allotted';
import { eventually, type HostState, hostState, sandboxProcesses } from '../support/host';
import { ENTRY_LINES } from '../support/package';
import { type JestRun, outcomes, Project } from '../support/project';
import { testIf } from '../support/test-if';

const uid = process.getuid?.() ?? 0;
const isRoot = uid === 0;
const allotted = allottedIds();
const hasRanges =
  allotted.powerless === undefined &&
  [allotted.uids, allotted.gids].every(
    ({ path: program, ranges }) => program !== undefined && ranges.length > 0,
  );
/** Root has every id, an ordinary user what is allotted to him. */
const testWithRanges = testIf(isRoot || hasRanges, 'newuidmap, newgidmap and ranges of ids');
const testAsUser = isRoot ? test.skip : test;
const testAsRoot = isRoot ? test : test.skip;

/** The first ids beyond the own one. */
const first = isRoot ? 100000 : allotted.uids.ranges[0]?.start;
const firstGroup = isRoot ? 100000 : allotted.gids.ranges[0]?.start;

const withOptions = (options: object, text: string) =>
  `/** @jest-environment-options ${JSON.stringify(options)} */
  const fs = require('fs');
  const { ns } = require('ns-jest');
  const statusOf = (pid) => Object.fromEntries(fs.readFileSync('/proc/' + pid + '/status', 'utf8')
    .split('\\n').map((line) => line.split(':\\t')));
  ${text}`;

/** The test process as it finds itself, and that nothing else became of it. */
const isUser = (user: number, group: number, pid1: number) => `
  test('who', () => {
    expect([process.getuid(), process.geteuid(), process.getgid()]).toEqual([${user}, ${user}, ${group}]);
    expect(statusOf('self').CapEff).toMatch(${user === 0 ? '/[1-9a-f]/' : '/^0+$/'});
    expect(statusOf(1).Uid).toBe('${Array(4).fill(pid1).join('\\t')}');
    // Not readable for a process that is "not dumpable".
    expect(fs.readlinkSync('/proc/self/ns/user')).toMatch(/^user:/);
    expect(fs.readdirSync('/proc/self/fd').length).toBeGreaterThan(3);
    expect(ns).toBeIsolatedFromHost();
  });`;

const project = new Project({});
chmodSync(project.folder, 0o755);
afterAll(() => project.remove());

let before: HostState;
beforeEach(() => {
  before = hostState();
});
afterEach(async () => {
  await eventually(() => sandboxProcesses().length === 0);
  expect(hostState()).toEqual(before);
});

describe.each(ENTRY_LINES)('$line', ({ config }) => {
  const run = (files: Record<string, string>, options: Parameters<Project['run']>[1] = {}) => {
    for (const [name, text] of Object.entries(files)) project.write(name, text);
    return project.run(config, {
      ...options,
      args: [...(options.args ?? []), ...Object.keys(files)],
    });
  };
  const errorOf = ({ json, stderr }: JestRun) =>
    (json?.testResults[0]?.message ?? stderr).replace(/\s+/g, ' ');

  test('uid and gid: one id stands for whom one asks for, root becomes that user', async () => {
    const result = await run({
      'who.test.js': withOptions(
        { uid: 1234, gid: 77 },
        `${isUser(1234, 77, isRoot ? 0 : 1234)}
        test('groups', () => expect(statusOf('self').Groups.trim()).toBe(${isRoot ? "''" : 'statusOf(1).Groups.trim()'}));
        test('what belongs to root is refused', () => {
          expect(() => ns.hostname.set('x')).toThrow(/EPERM/);
        });`,
      ),
    });
    expect(outcomes(result)).toEqual([
      'groups: passed',
      'what belongs to root is refused: passed',
      'who: passed',
    ]);
  });

  testWithRanges('mapAuto: many ids, and root inside may give files away', async () => {
    const result = await run({
      'auto.test.js': withOptions(
        { mapAuto: true },
        `${isUser(0, 0, 0)}
        test('many', () => {
          fs.writeFileSync('/tmp/file', '');
          fs.chownSync('/tmp/file', 33, 34);
          expect(fs.statSync('/tmp/file')).toMatchObject({ uid: 33, gid: 34 });
          expect(fs.readFileSync('/proc/self/setgroups', 'utf8').trim()).toBe('allow');
        });
        test('drop to another user', async () => {
          const { stdout } = await ns.run('setpriv', ['--reuid=33', '--regid=34', '--groups=35', 'id', '-G']);
          expect(stdout.trim()).toBe('34 35');
        });`,
      ),
    });
    expect(outcomes(result)).toEqual([
      'drop to another user: passed',
      'many: passed',
      'who: passed',
    ]);
  });

  testWithRanges('with mapAuto the test process can be one of them', async () => {
    const result = await run({
      'other.test.js': withOptions(
        { mapAuto: true, uid: 33, gid: 34 },
        `${isUser(33, 34, 0)}
        test('alone', () => expect(statusOf('self').Groups.trim()).toBe(''));
        test('a module that has to be transformed', () => expect(require('./module')).toBe(5));`,
      ),
      'module.js': 'module.exports = 5;',
    });
    expect(outcomes(result)).toEqual([
      'a module that has to be transformed: passed',
      'alone: passed',
      'who: passed',
    ]);
  });

  testWithRanges('maps: the ids that are asked for are those that are read', async () => {
    const map = (outside: number | undefined) => [
      { inside: 0, outside, count: 100 },
      { inside: 500, outside: Number(outside) + 100, count: 1 },
    ];
    const result = await run({
      'maps.test.js': withOptions(
        { uidMap: map(first), gidMap: map(firstGroup) },
        `${isUser(0, 0, 0)}
        const words = (file) => fs.readFileSync('/proc/self/' + file, 'utf8').trim().split(/\\s+/).map(Number);
        test('maps', () => {
          expect(words('uid_map')).toEqual([0, ${first}, 100, 500, ${Number(first) + 100}, 1]);
          expect(words('gid_map')).toEqual([0, ${firstGroup}, 100, 500, ${Number(firstGroup) + 100}, 1]);
        });
        test("Jest's own user is nobody here", () => {
          expect(fs.statSync(__filename).uid).toBe(65534);
          expect(() => fs.chownSync('/tmp', 101, 0)).toThrow(/EINVAL/);
        });
        test('what it makes is its own', () => {
          fs.writeFileSync('/tmp/file', '');
          expect(fs.statSync('/tmp/file')).toMatchObject({ uid: 0, gid: 0 });
        });`,
      ),
    });
    expect(outcomes(result)).toEqual([
      "Jest's own user is nobody here: passed",
      'maps: passed',
      'what it makes is its own: passed',
      'who: passed',
    ]);
  });

  testWithRanges('setgroups once denied cannot be allowed again', async () => {
    const result = await run({
      'setgroups.test.js': withOptions(
        { mapAuto: true, setgroups: 'deny' },
        `test('denied', async () => {
          expect(fs.readFileSync('/proc/self/setgroups', 'utf8').trim()).toBe('deny');
          expect(() => fs.writeFileSync('/proc/self/setgroups', 'allow')).toThrow(/EPERM/);
          expect(() => process.setgroups([5])).toThrow(/EPERM/);
        });`,
      ),
    });
    expect(outcomes(result)).toEqual(['denied: passed']);
  });

  testAsRoot('without a user namespace root becomes another user by setuid alone', async () => {
    const result = await run({
      'plain.test.js': withOptions(
        { namespaces: { user: false }, uid: 1234, gid: 77 },
        `${isUser(1234, 77, 0)}
        test('no capability can come back', () => expect(statusOf('self').CapPrm).toMatch(/^0+$/));`,
      ),
    });
    expect(outcomes(result)).toEqual(['no capability can come back: passed', 'who: passed']);
  });

  testWithRanges('a snapshot that the other user may not write: why, and what to do', async () => {
    const files = {
      'snapshot.test.js': withOptions(
        { mapAuto: true, uid: 33 },
        `test('snapshot', () => expect(5).toMatchSnapshot());`,
      ),
    };
    const message = errorOf(await run(files));
    expect(message).toContain('snapshot.test.js.snap');
    expect(message).toContain(
      'The test process is another user than Jest (id 33 inside), who may not write there.',
    );
    expect(existsSync(path.join(project.folder, '__snapshots__'))).toBe(false);
  });

  testWithRanges('a project that the other user may not read: step, cause and fix', async () => {
    chmodSync(project.folder, 0o700);
    try {
      const message = errorOf(
        await run({
          'closed.test.js': withOptions({ mapAuto: true, uid: 33 }, `test('never', () => {});`),
        }),
      );
      expect(message).toContain(`step "read as user" '${project.folder}' failed with EACCES`);
      expect(message).toContain('chmod o+rx');
    } finally {
      chmodSync(project.folder, 0o755);
    }
  });

  testAsUser('where the programs have no power: one id, and that is said once', async () => {
    const text = withOptions({ mapAuto: true }, isUser(0, 0, 0));
    const result = await run(
      { 'a.test.js': text, 'b.test.js': text },
      { wrapper: ['setpriv', '--no-new-privs'], args: ['--runInBand'] },
    );
    expect(outcomes(result)).toEqual(['who: passed', 'who: passed']);
    expect(result.stderr.match(/ns-jest: mapAuto: one id only/g)).toHaveLength(1);
    expect(result.stderr).toContain('no_new_privs is set here');
  });

  testAsUser('there, a map of many ids is one error', async () => {
    const result = await run(
      {
        'a.test.js': withOptions(
          { uidMap: [{ inside: 0, outside: 300000, count: 2 }] },
          `test('never', () => {});`,
        ),
      },
      { wrapper: ['setpriv', '--no-new-privs'] },
    );
    expect(errorOf(result)).toContain(
      'The option "uidMap" needs newuidmap(1), which cannot be used',
    );
    expect(errorOf(result)).toContain('no_new_privs is set here');
  });

  testAsUser('ids that are not allotted: the range, the lines, the fix', async () => {
    const result = await run({
      'a.test.js': withOptions(
        { uidMap: [{ inside: 0, outside: 4000000000, count: 2 }] },
        `test('never', () => {});`,
      ),
    });
    expect(errorOf(result)).toMatch(
      hasRanges
        ? /asks for the ids 4000000000-4000000001, which are not allotted to \S+ Lines of \/etc\/subuid for \S+: \S+:\d+:\d+.* Run: sudo usermod --add-subuids 4000000000-4000000001 \S+/
        : /The option "uidMap"/,
    );
  });
});
