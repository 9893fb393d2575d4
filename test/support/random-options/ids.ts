import { BOOLEANS, listOf, type Maker, type Makers, object, oneOf } from './combine';

const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
const MAX_ID = 2 ** 32 - 2;

const IDS = oneOf(0, 1, 33, 1000, 65_534);
const EDGE_IDS = oneOf(MAX_ID, 2 ** 31, 65_535, 100_000, own.uid, own.gid);
const WRONG_IDS = oneOf(-1, 1.5, MAX_ID + 1, 2 ** 40, '0', 'root', Number.NaN, 10n, null);

const line = (inside: Maker, outside: Maker, count: Maker) => object({ inside, outside, count });
const ranges = (id: number, allotted: number): Makers => ({
  valid: [oneOf([{ inside: 0, outside: id }], [{ inside: 1000, outside: id, count: 1 }])],
  edge: [
    oneOf(
      [
        { inside: 0, outside: id },
        { inside: 1, outside: allotted, count: 500 },
      ],
      [{ inside: 5, outside: allotted, count: 10 }],
      [{ inside: 0, outside: 0, count: MAX_ID }],
      [
        { inside: 0, outside: id },
        { inside: 1, outside: 4_000_000_000, count: 10 },
      ],
    ),
    listOf(1, 3, line(EDGE_IDS, EDGE_IDS, oneOf(1, 65_536))),
    () => Array.from({ length: 340 }, (_, index) => ({ inside: index, outside: index })),
    () =>
      Array.from({ length: 340 }, (_, index) => ({
        inside: MAX_ID - index,
        outside: MAX_ID - index,
      })),
  ],
  wrong: [
    oneOf(
      [],
      [{}],
      [{ inside: 0 }],
      [{ inside: 0, outside: 0, count: 0 }],
      [{ inside: 0, outside: 0, size: 1 }],
    ),
    oneOf(
      [
        { inside: 0, outside: 0 },
        { inside: 0, outside: 1 },
      ],
      [{ inside: 0, outside: MAX_ID, count: 2 }],
    ),
    listOf(1, 2, line(WRONG_IDS, WRONG_IDS, WRONG_IDS)),
    () => Array.from({ length: 341 }, (_, index) => ({ inside: index, outside: index })),
  ],
});

export const idMakers: Record<string, Makers> = {
  mapRootUser: BOOLEANS,
  mapCurrentUser: BOOLEANS,
  mapAuto: BOOLEANS,
  uidMap: ranges(own.uid, 300_000),
  gidMap: ranges(own.gid, 300_000),
  setgroups: { valid: [oneOf('deny')], edge: [oneOf('allow')], wrong: [oneOf('Deny', true)] },
  uid: { valid: [IDS], edge: [EDGE_IDS], wrong: [WRONG_IDS] },
  gid: { valid: [IDS], edge: [EDGE_IDS], wrong: [WRONG_IDS] },
};
