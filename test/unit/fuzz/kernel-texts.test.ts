import { expect, test } from '@jest/globals';
import { parseMountinfo } from '../../../src/helpers/parse-mountinfo';
import { parseStat } from '../../../src/helpers/parse-stat';
import { parseSysvipc } from '../../../src/helpers/parse-sysvipc';
import { fuzz, mutateText } from '../../support/fuzz';

/** As kernels wrote them. */
const MOUNTINFO = [
  '36 35 98:0 /mnt1 /mnt2 rw,noatime shared:7 master:1 propagate_from:2 - ext3 /dev/root rw,errors=continue\n',
  '22 1 0:20 / /proc ro,nosuid - proc proc rw\n9 1 0:4 / - rw unbindable - tmpfs  rw,size=4k\n',
  '9 1 0:4 /a\\040b /tab\\011new\\012back\\134 rw - overlay with\\040blank rw,lowerdir=/x\\040y:/z\n',
  '560 77 0:138 / /Docker/host rw,noatime - 9p drvfs rw,aname=drvfs;path=C:\\Program Files\\Docker,trans=fd\n',
];
const STAT = [
  '42 (node) S 1 42 42 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 11 0 13 1000 200 18446744073709551615\n',
  '7 (x) Z (y) R 1 1 1 34816 -1 4194560 1 2 3 4 5 6 7 8 -20 19 1 0 13 0 0 18446744073709551615 0 0\n',
];
const SYSVIPC = [
  '       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      stime      rtime      ctime\n' +
    '-17973521          3   640           5          1    42     0  1000  1001  1000  1001 1700000000          0 1700000001\n',
  'key semid perms nsems uid gid cuid cgid otime ctime\n1 2 600 3 0 0 0 0 0 0\n4 5 1600 1 0 0 0 0 0 0\n',
];

const isWhole = (value: number) => Number.isSafeInteger(value);
const names = (text: string) => (error: unknown) =>
  error instanceof Error && error.message.startsWith(text);

test('mountinfo', () => {
  expect(
    fuzz({
      inputs: MOUNTINFO,
      mutate: mutateText,
      isOwnError: names('Not a line of /proc/PID/mountinfo: '),
      ask: (text) => {
        const mounts = parseMountinfo(text);
        const numbers = mounts.flatMap(
          ({ id, parent, propagation: { unbindable: _, ...peers } }) => [
            id,
            parent,
            ...Object.values(peers),
          ],
        );
        return numbers.every(isWhole) ? '' : `not all are numbers: ${numbers}`;
      },
    }),
  ).toBeUndefined();
});

test('stat of a process', () => {
  expect(
    fuzz({
      inputs: STAT,
      mutate: mutateText,
      isOwnError: names('Not a line of /proc/PID/stat: '),
      ask: (text) => {
        const { pid, ppid, threads, state } = parseStat(text);
        if (![pid, ppid, threads].every(isWhole))
          return `not all are numbers: ${[pid, ppid, threads]}`;
        return state.length === 1 ? '' : `no state: ${state}`;
      },
    }),
  ).toBeUndefined();
});

test('the tables of System V IPC', () => {
  expect(
    fuzz({
      inputs: SYSVIPC,
      mutate: mutateText,
      isOwnError: names('Not a row of /proc/sysvipc: '),
      ask: (text) => {
        const numbers = parseSysvipc(text).flatMap((row) => Object.values(row));
        return numbers.every(Number.isFinite) ? '' : `not all are numbers: ${numbers}`;
      },
    }),
  ).toBeUndefined();
});
