import { expect, test } from '@jest/globals';
import { parseMountinfo } from '../../../src/helpers/parse-mountinfo';

test('a line with every kind of optional field is taken apart', () => {
  const [mount] = parseMountinfo(
    '36 35 98:0 /mnt1 /mnt2 rw,noatime shared:7 master:1 propagate_from:2 - ext3 /dev/root rw,errors=continue\n',
  );
  expect(mount).toStrictEqual({
    id: 36,
    parent: 35,
    device: '98:0',
    root: '/mnt1',
    target: '/mnt2',
    options: ['rw', 'noatime'],
    propagation: { shared: 7, master: 1, propagateFrom: 2, unbindable: false },
    type: 'ext3',
    source: '/dev/root',
    superOptions: ['rw', 'errors=continue'],
  });
});

test('without optional fields a mount is private', () => {
  const [mount] = parseMountinfo('22 1 0:20 / /proc ro,nosuid - proc proc rw\n');
  expect(mount?.propagation).toStrictEqual({ unbindable: false });
  expect(mount?.type).toBe('proc');
});

test('an unbindable mount says so', () => {
  const [mount] = parseMountinfo('22 1 0:20 / /srv rw unbindable - tmpfs none rw\n');
  expect(mount?.propagation).toStrictEqual({ unbindable: true });
});

test('octal escapes are decoded in paths, source and options', () => {
  const [mount] = parseMountinfo(
    '9 1 0:4 /a\\040b /tab\\011new\\012back\\134 rw - overlay with\\040blank rw,lowerdir=/x\\040y\n',
  );
  expect(mount).toMatchObject({
    root: '/a b',
    target: '/tab\tnew\nback\\',
    source: 'with blank',
    superOptions: ['rw', 'lowerdir=/x y'],
  });
});

test('a hyphen as a target is not the end of the optional fields', () => {
  const [mount] = parseMountinfo('9 1 0:4 / - rw shared:3 - tmpfs - rw\n');
  expect(mount).toMatchObject({ target: '-', source: '-', type: 'tmpfs' });
  expect(mount?.propagation.shared).toBe(3);
});

test('an empty source stays empty', () => {
  const [mount] = parseMountinfo('9 1 0:4 / /mnt rw - tmpfs  rw,size=4k\n');
  expect(mount).toMatchObject({ source: '', superOptions: ['rw', 'size=4k'] });
});

test('no text is no mounts', () => {
  expect(parseMountinfo('')).toStrictEqual([]);
});
