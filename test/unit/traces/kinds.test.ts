import { expect, test } from '@jest/globals';
import { newIn } from '../../../src/traces/kinds';

test('what was there at the start is no trace', () => {
  expect(newIn('posixQueues', 'old', 'old\nnew')).toEqual([
    { kind: 'POSIX queue', key: '/new', description: '/new' },
  ]);
});

test('what has gone is none', () => {
  expect(newIn('posixQueues', 'old', '')).toEqual([]);
});

test('counters that move are none', () => {
  const devices = (packets: number) => `a\nb\n    lo: ${packets} 2 0\n`;
  expect(newIn('interfaces', devices(1), devices(2))).toEqual([]);
});

test('mounts, but for those that come from the host', () => {
  const start = '20 1 0:5 / / rw - ext4 /dev/vda rw\n';
  const now = `${start}30 20 0:44 / /mnt rw - tmpfs tmpfs rw
31 20 254:1 /site /srv\\040x rw - ext4 /dev/vdb rw
32 20 0:45 / /media rw master:7 - tmpfs tmpfs rw
`;
  expect(newIn('mounts', start, now).map(({ description }) => description)).toEqual([
    'tmpfs on /mnt',
    '/dev/vdb[/site] on /srv x',
  ]);
});

test('System V objects, by id', () => {
  const now = `       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      stime      rtime      ctime
        -1      32769   600           0          0     0     0     0     0     0     0          0          0 1700000000
`;
  expect(newIn('messageQueues', '', now)).toEqual([
    { kind: 'message queue', key: '32769', description: 'id 32769 key 4294967295 (0xffffffff)' },
  ]);
});

test('processes that have ended meanwhile are none', () => {
  expect(newIn('processes', '1', '1\n999999999')).toEqual([]);
});
