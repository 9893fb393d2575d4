import { expect, test } from '@jest/globals';
import { parseStat } from '../../../src/helpers/parse-stat';

const AFTER_STATE = '1 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 11 0 13 1000 200 18446744073709551615';

test('an ordinary process', () => {
  expect(parseStat(`42 (node) S ${AFTER_STATE}\n`)).toStrictEqual({
    pid: 42,
    name: 'node',
    state: 'S',
    ppid: 1,
    threads: 11,
  });
});

test.each(['a b', ') R 7', '((', 'x) Z (y', 'line\nbreak', ''])('the name may be %j', (name) => {
  expect(parseStat(`7 (${name}) Z ${AFTER_STATE}\n`)).toMatchObject({
    pid: 7,
    name,
    state: 'Z',
    ppid: 1,
  });
});
