import { expect, test } from '@jest/globals';
import type { Left } from '../../../src/channel/messages';
import { leftBehind } from '../../../src/hand-over/left-behind';

const TEST_PROCESS = 7;

function left(running: number[], traces: Left['traces'] = [], since: [number, string][] = []) {
  return leftBehind(
    {
      exited: {
        left: running.map((pid) => ({ pid, command: `sleep ${pid}` })),
        written: [],
        writtenCount: 0,
      },
    },
    { since: new Map(since), left: { type: 'left', traces, pid: TEST_PROCESS } },
  );
}

function socketOf(pid?: number): Left['traces'][number] {
  const socket = { kind: 'socket', key: '1', description: 'tcp 0.0.0.0:80' } as const;
  return pid === undefined ? socket : { ...socket, pid };
}

test('nothing', () => {
  expect(left([])).toEqual({ processes: [], others: [] });
  expect(leftBehind({}, { since: new Map(), left: undefined })).toEqual({
    processes: [],
    others: [],
  });
});

test('files are named, and those beyond counted', () => {
  const written = [
    { path: '/etc/new', isRemoved: false },
    { path: '/etc/old', isRemoved: true },
  ];
  const progress = { since: new Map(), left: undefined };
  const others = (writtenCount: number) =>
    leftBehind({ exited: { left: [], written, writtenCount } }, progress).others;
  expect(others(2)).toEqual(['file /etc/new', 'file /etc/old, which was removed']);
  expect(others(7)).toEqual([
    'file /etc/new',
    'file /etc/old, which was removed',
    'files beside: 5',
  ]);
});

test('the name of a file is text again, and nothing that a terminal would obey', () => {
  const path = Buffer.from('/srv/größe\n\x1b[2J').toString('latin1');
  const exited = { left: [], written: [{ path, isRemoved: false }], writtenCount: 1 };
  const { others } = leftBehind({ exited }, { since: new Map(), left: undefined });
  expect(others).toEqual(['file /srv/größe??[2J']);
});

test('a process is told with the test since which it is there', () => {
  const { processes } = left(
    [8, 9],
    [],
    [
      [9, 'a › b'],
      [10, 'c'],
    ],
  );
  expect(processes).toEqual(['sleep 8', 'sleep 9, since "a › b"']);
});

test('a socket counts as long as somebody has it', () => {
  expect(left([8], [socketOf(8)]).others).toHaveLength(1);
  expect(left([8], [socketOf(TEST_PROCESS)]).others).toHaveLength(1);
  expect(left([8], [socketOf()]).others).toHaveLength(1);
  expect(left([8], [socketOf(9)]).others).toEqual([]);
});
