import { expect, test } from '@jest/globals';
import { attribute, readAttributes, text, u16, u32 } from '../../../src/helpers/netlink-message';

test('an attribute is filled up to four bytes, and says its own size', () => {
  const name = attribute(3, text('lo'));
  expect(name).toHaveLength(8);
  expect(readAttributes(name)).toStrictEqual(new Map([[3, Buffer.from('lo\0')]]));
});

test('attributes are nested in another, and read again', () => {
  const outer = Buffer.concat([attribute(1, u16(7)), attribute(18 | 0x8000, attribute(2, u32(9)))]);
  const read = readAttributes(outer);
  expect(Array.from(read.keys())).toEqual([1, 18]);
  expect(readAttributes(read.get(18) as Buffer).get(2)).toStrictEqual(u32(9));
});

test('a size that does not fit ends the list', () => {
  const cut = Buffer.concat([attribute(1, u16(7)), u16(40), u16(2), u32(0)]);
  expect(Array.from(readAttributes(cut).keys())).toEqual([1]);
  expect(readAttributes(Buffer.concat([u16(0), u16(1)])).size).toBe(0);
});
