import { expect, test } from '@jest/globals';
import { readOptions } from '../../../../src/options/read-options';

const line = (inside: unknown, outside: unknown, count: unknown) => ({ inside, outside, count });

test.each<[string, object, string]>([
  [
    'an id beyond the last',
    { uid: 4294967295 },
    'Expected the option "uid" to be an id from 0 to 4294967294, got 4294967295',
  ],
  ['a negative id', { gid: -1 }, 'Expected the option "gid" to be an id from 0 to 4294967294'],
  ['a name for an id', { uid: 'nobody' }, "to be an id from 0 to 4294967294, got 'nobody'"],
  [
    'an empty map',
    { uidMap: [] },
    'Expected the option "uidMap" to be a list of 1 to 340 ranges, got 0',
  ],
  [
    'too long a map',
    { gidMap: Array.from({ length: 341 }, (_, at) => line(at, at, 1)) },
    'Expected the option "gidMap" to be a list of 1 to 340 ranges, got 341',
  ],
  [
    'a map longer than a page',
    { uidMap: Array.from({ length: 200 }, (_, at) => line(4e9 + at, 3e9 + at, 1)) },
    'Expected the option "uidMap" to be shorter than 4096 bytes',
  ],
  [
    'a count of nothing',
    { uidMap: [line(0, 1, 0)] },
    'Expected the option "uidMap[0].count" to be at least 1, got 0',
  ],
  [
    'a range beyond the last id',
    { uidMap: [line(0, 4294967000, 296)] },
    'Expected the option "uidMap[0]" to be within the ids, which end at 4294967294: its "outside" ends at 4294967295',
  ],
  [
    'ids twice inside',
    { uidMap: [line(0, 1000, 10), line(100, 3000, 1), line(9, 2000, 1)] },
    '"uidMap[0]" and "uidMap[2]" overlap: both have the id 9 inside',
  ],
  [
    'ids twice outside',
    { gidMap: [line(5, 1000, 1), line(0, 1000, 1)] },
    '"gidMap[0]" and "gidMap[1]" overlap: both have the id 1000 outside',
  ],
  [
    'an unknown key',
    { uidMap: [{ inside: 0, outsite: 0, count: 1 }] },
    'Unknown option "uidMap[0].outsite". Did you mean "uidMap[0].outside"?',
  ],
  [
    'a missing key',
    { uidMap: [{ inside: 0 }] },
    'Expected the option "uidMap[0].outside" to be an id from 0 to 4294967294, got undefined',
  ],
  [
    'root and a map',
    { mapRootUser: true, uidMap: [line(0, 1, 1)] },
    'The options "mapRootUser" and "uidMap" contradict each other',
  ],
  [
    'the ranges and a map',
    { mapAuto: true, gidMap: [line(0, 1, 1)] },
    'The options "mapAuto" and "gidMap" contradict each other',
  ],
  [
    'the ranges without root',
    { mapAuto: true, mapRootUser: false },
    'The options "mapAuto" and "mapRootUser" contradict each other',
  ],
  [
    'oneself and another',
    { mapCurrentUser: true, uid: 5 },
    'The options "mapCurrentUser" and "uid" contradict each other',
  ],
  ['a word for setgroups', { setgroups: 'no' }, "to be 'allow', 'deny', got 'no'"],
  [
    'ranges without a user namespace',
    { namespaces: { user: false }, mapAuto: true },
    'The option "mapAuto" has no effect while "namespaces.user" is false',
  ],
])('%s is refused by name', (_, options, message) => {
  expect(() => readOptions(options as Record<string, unknown>)).toThrow(message);
});

test('the last ids, and all of them, are ids; a count that is not given is one', () => {
  expect(
    readOptions({ uidMap: [line(0, 0, 4294967294), { inside: 4294967294, outside: 4294967294 }] }),
  ).toMatchObject({ uidMap: [line(0, 0, 4294967294), line(4294967294, 4294967294, 1)] });
});

test('ids that the host would have, were the user namespace not to be had, are refused', () => {
  for (const maps of [{ mapAuto: true }, { uidMap: [{ inside: 0, outside: 1000 }] }]) {
    expect(() => readOptions({ ...maps, namespaces: { user: 'try' } })).toThrow(
      `cannot go with "namespaces.user": 'try'`,
    );
  }
});

test('a word that says no beside a map contradicts nothing', () => {
  expect(readOptions({ mapAuto: false, uidMap: [line(0, 1, 1)] }).uidMap).toHaveLength(1);
});
