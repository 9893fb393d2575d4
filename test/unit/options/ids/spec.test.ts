import { describe, expect, test } from '@jest/globals';
import type { Allotted } from '../../../../src/options/ids/allotted';
import { isAllotted } from '../../../../src/options/ids/allotted';
import type { Identity } from '../../../../src/options/ids/identity';
import { toIdSpec } from '../../../../src/options/ids/spec';
import { readOptions } from '../../../../src/options/read-options';

const line = (inside: number, outside: number, count = 1) => ({ inside, outside, count });
const ALL = [line(0, 0, 4294967295)];
const root: Identity = { uid: 0, gid: 0, all: { uids: ALL, gids: ALL } };
const user: Identity = { uid: 1000, gid: 100, all: undefined };

const kind = (id: 'uid' | 'gid', lines: string[], path: string | undefined) => ({
  file: `/etc/sub${id}` as const,
  lines,
  ranges: lines.map((text) => {
    const [, start = 0, count = 0] = text.split(':').map(Number);
    return { start, count };
  }),
  program: `new${id}map` as const,
  path,
});
const LINES = ['ada:100000:1000', 'ada:200000:10'];
const ALLOTTED: Allotted = {
  user: 'ada',
  uids: kind('uid', LINES, '/usr/bin/newuidmap'),
  gids: kind('gid', LINES, '/usr/bin/newgidmap'),
  powerless: undefined,
};

const spec = (options: object, identity = user, allotted = ALLOTTED, userNamespace = true) =>
  toIdSpec(
    readOptions(options as Record<string, unknown>),
    identity,
    userNamespace,
    ['/project'],
    () => allotted,
  );

describe('an ordinary user', () => {
  test('of one id appears as whom he asks for, and needs no program for it', () => {
    const asked = spec({ uid: 33, gid: 34 });
    expect(asked).toMatchObject({
      uidMap: [line(33, 1000)],
      gidMap: [line(34, 100)],
      denySetgroups: true,
      otherUser: false,
    });
    expect(asked).not.toHaveProperty('user');
    expect(asked).not.toHaveProperty('newuidmap');
  });

  test('with ranges is root, and they follow from 1', () => {
    expect(spec({ mapAuto: true })).toMatchObject({
      uidMap: [line(0, 1000), line(1, 100000, 1000), line(1001, 200000, 10)],
      gidMap: [line(0, 100), line(1, 100000, 1000), line(1001, 200000, 10)],
      newuidmap: '/usr/bin/newuidmap',
      newgidmap: '/usr/bin/newgidmap',
      denySetgroups: false,
      otherUser: false,
      notices: [],
    });
  });

  test('who runs tests as one of them is another user, whose reading is checked', () => {
    expect(spec({ mapAuto: true, uid: 33, gid: 33 })).toMatchObject({
      user: { uid: 33, gid: 33, clearGroups: true },
      otherUser: true,
      readable: ['/project'],
    });
  });

  test('who gives setgroups up keeps his groups', () => {
    expect(spec({ mapAuto: true, uid: 33, setgroups: 'deny' })).toMatchObject({
      denySetgroups: true,
      user: { uid: 33, clearGroups: false },
    });
  });

  test('whose own id has no place becomes root inside', () => {
    expect(spec({ uidMap: [line(0, 100000, 10)] })).toMatchObject({
      init: { uid: 0, gid: 0 },
      otherUser: true,
    });
    expect(spec({ uidMap: [line(7, 100000, 10)], uid: 9 })).toMatchObject({
      init: { uid: 9, gid: 0 },
    });
  });

  test('a range that is in two parts, or that holds the own id, is mapped once', () => {
    const overlapping = {
      ...ALLOTTED,
      uids: kind('uid', ['ada:100000:10', 'ada:999:5', 'ada:100005:10'], '/x'),
    };
    expect(spec({ mapAuto: true }, user, overlapping).uidMap).toEqual([
      line(0, 1000),
      line(1, 100000, 10),
    ]);
  });
});

describe('without the means for ranges, mapAuto is one id and a notice', () => {
  test.each<[string, Partial<Allotted>, string]>([
    [
      'no program',
      { gids: kind('gid', LINES, undefined) },
      'The program newgidmap is not installed. On Debian: sudo apt install uidmap',
    ],
    [
      'no ranges',
      { uids: kind('uid', [], '/usr/bin/newuidmap') },
      '/etc/subuid allots no ids to ada. Run: sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ada',
    ],
    ['no power', { powerless: { reason: 'No power.', fix: 'Get some.' } }, 'No power. Get some.'],
  ])('%s', (_, change, why) => {
    expect(spec({ mapAuto: true }, user, { ...ALLOTTED, ...change })).toMatchObject({
      uidMap: [line(0, 1000)],
      denySetgroups: true,
      notices: [`mapAuto: one id only. ${why}`],
    });
  });

  test('but a map of them is an error', () => {
    const none = { ...ALLOTTED, uids: kind('uid', [], undefined) };
    expect(() => spec({ uidMap: [line(0, 100000, 10)] }, user, none)).toThrow(
      /The option "uidMap" needs newuidmap\(1\), which cannot be used\s+The program newuidmap is not installed/,
    );
  });
});

describe('refused', () => {
  test('a range that is not allotted, with what is', () => {
    expect(() => spec({ gidMap: [line(0, 100), line(1, 100990, 20)] })).toThrow(
      /"gidMap" asks for the ids 100990-101009, which are not allotted to ada\s+Lines of \/etc\/subgid for ada: ada:100000:1000, ada:200000:10.\s+Run: sudo usermod --add-subgids 100990-101009 ada/,
    );
  });

  test('setgroups of a user who maps his own group', () => {
    expect(() => spec({ setgroups: 'allow' })).toThrow('"setgroups" cannot be "allow" here');
  });

  test('an id that the map does not have', () => {
    expect(() => spec({ mapAuto: true, uid: 5000 })).toThrow(
      'The option "uid" is 5000, an id that does not exist inside: there are 0, 1-1000, 1001-1010',
    );
    expect(() => spec({ uidMap: [line(0, 1000)], uid: 1 })).toThrow('there is 0 only');
  });

  test('another user without a user namespace', () => {
    expect(() => spec({ uid: 5 }, user, ALLOTTED, false)).toThrow(
      'The option "uid" needs the user namespace, which "namespaces" leaves out',
    );
  });

  test('ids that a container does not have', () => {
    const ids = [line(0, 0, 65536)];
    const inContainer = { uid: 0, gid: 0, all: { uids: ids, gids: ids } };
    expect(() => spec({ uidMap: [line(0, 65000, 1000)] }, inContainer)).toThrow(
      'The option "uidMap" asks for the ids 65000-65999, which do not exist here',
    );
  });
});

describe('real root', () => {
  test('becomes another user inside, PID 1 does not', () => {
    const asked = spec({ uid: 1000, gid: 1000 }, root);
    expect(asked).toMatchObject({
      uidMap: ALL,
      denySetgroups: false,
      user: { uid: 1000, gid: 1000, clearGroups: true },
      otherUser: true,
    });
    expect(asked).not.toHaveProperty('init');
  });

  test('without a user namespace, too', () => {
    expect(spec({ uid: 1000 }, root, ALLOTTED, false)).toMatchObject({
      uidMap: [],
      denySetgroups: false,
      user: { uid: 1000, clearGroups: true },
      otherUser: true,
    });
  });
});

test.each<[boolean, string, [number, number], [number, number][]]>([
  [true, 'a whole range', [100, 10], [[100, 10]]],
  [
    true,
    'over two that touch',
    [105, 10],
    [
      [110, 10],
      [100, 10],
    ],
  ],
  [
    false,
    'over a gap',
    [105, 10],
    [
      [100, 10],
      [111, 10],
    ],
  ],
  [false, 'one more', [100, 11], [[100, 10]]],
  [false, 'nothing', [100, 1], []],
])('isAllotted: %s, %s', (result, _, [start, count], ranges) => {
  const given = ranges.map(([first, length]) => ({ start: first, count: length }));
  expect(isAllotted({ start, count }, given)).toBe(result);
});
