import { expect, test } from '@jest/globals';
import { changedFlags, flagsInForce, parseMountOptions } from '../../../src/helpers/mount-options';

const RDONLY = 0x1;
const NOSUID = 0x2;
const NODEV = 0x4;
const NOATIME = 0x400;
const RELATIME = 0x20_0000;
const STRICTATIME = 0x100_0000;

test('flags, propagation and the options of the file system are told apart', () => {
  expect(parseMountOptions('ro,nosuid,size=1m,rprivate,mode=755')).toStrictEqual({
    set: RDONLY | NOSUID,
    clear: 0,
    remount: false,
    propagation: [0x4_0000 | 0x4000],
    data: ['size=1m', 'mode=755'],
  });
});

test('a list is the same as a text with commas', () => {
  expect(parseMountOptions(['ro', 'size=1m'])).toStrictEqual(parseMountOptions('ro,size=1m'));
});

test('the last of two opposite options wins', () => {
  expect(parseMountOptions('ro,rw')).toMatchObject({ set: 0, clear: RDONLY });
  expect(parseMountOptions('rw,ro')).toMatchObject({ set: RDONLY, clear: 0 });
});

test('flags in force are passed again, and atime always by one of its three names', () => {
  expect(flagsInForce(['rw', 'nosuid', 'relatime'])).toBe(NOSUID | RELATIME);
  expect(flagsInForce(['ro', 'nodev'])).toBe(RDONLY | NODEV | STRICTATIME);
});

test('what is asked for changes the flags in force and leaves the others', () => {
  const inForce = RDONLY | NOSUID | RELATIME;
  expect(changedFlags(inForce, parseMountOptions('rw,nodev'))).toBe(NOSUID | NODEV | RELATIME);
  expect(changedFlags(inForce, parseMountOptions('noatime'))).toBe(RDONLY | NOSUID | NOATIME);
});

test('an option that is no text is refused', () => {
  expect(() => parseMountOptions([7])).toThrow(
    'Expected the options of the mount to be a string, got 7',
  );
});
