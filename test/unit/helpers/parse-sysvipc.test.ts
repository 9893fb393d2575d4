import { expect, test } from '@jest/globals';
import { parseSysvipc } from '../../../src/helpers/parse-sysvipc';

const MSG_HEADER =
  '       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      stime      rtime      ctime\n';

test('a message queue, its permissions octal and its key negative', () => {
  const row =
    '-17973521          3   640           5          1    42     0  1000  1001  1000  1001 1700000000          0 1700000001\n';
  expect(parseSysvipc(MSG_HEADER + row)).toStrictEqual([
    {
      key: -17973521,
      msqid: 3,
      perms: 0o640,
      cbytes: 5,
      qnum: 1,
      lspid: 42,
      lrpid: 0,
      uid: 1000,
      gid: 1001,
      cuid: 1000,
      cgid: 1001,
      stime: 1700000000,
      rtime: 0,
      ctime: 1700000001,
    },
  ]);
});

test('columns are found by name, so that those of another kernel do no harm', () => {
  expect(parseSysvipc('key shmid novelty perms size\n1 2 99 1600 4096\n')).toMatchObject([
    { key: 1, shmid: 2, perms: 0o1600, size: 4096 },
  ]);
});

test('a header alone is no objects', () => {
  expect(parseSysvipc(MSG_HEADER)).toStrictEqual([]);
});
