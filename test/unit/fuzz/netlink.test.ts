import { expect, test } from '@jest/globals';
import { parseLink } from '../../../src/agents/network/link';
import { parseAddressMessage } from '../../../src/agents/network/links';
import { parseMessages } from '../../../src/agents/network/netlink';
import { toNeighbour } from '../../../src/helpers/neighbours';
import { attribute, text, u8, u16, u32 } from '../../../src/helpers/netlink-message';
import { fuzz, mutateBytes } from '../../support/fuzz';

const hex = (digits: string) => Buffer.from(digits, 'hex');

/** Answers of Linux 6.18, with their headers of 16 bytes. */
const ADDRESSES = [
  '580000001400020001000000da5e0000021880000400000008000100c000020208000200c000020208000400c00002ff090003006574683000000000080008008000000014000600ffffffffffffffff1500000015000000',
  '500000001400020001000000da5e00000a8080fe01000000140001000000000000000000000000000000000114000600ffffffffffffffff1500000015000000080008008000000005000b0001000000',
].map(hex);
const NEIGHBOURS = [
  '4c0000001c00020001000000da5e000002000000040000000400000108000100c00002010a00020002fc0000000500000800040001000000140003004d950100969301003089010000000000',
  '4c0000001c00020001000000da5e00000a000000040000002000000114000100fd0000000000000000000000000000010800040006000000140003000e7904009e6104006c60040000000000',
].map(hex);
/** struct ifinfomsg, and what parseLink reads behind it. */
const LINK = Buffer.concat([
  ...[u8(0), u8(0), u16(1), u32(7), u32(0x1043), u32(0)],
  attribute(3, text('left')),
  attribute(4, u32(1400)),
  attribute(1, hex('020000000001')),
  attribute(5, u32(8)),
  attribute(10, u32(2)),
  attribute(37, u32(0)),
  attribute(18 | 0x8000, attribute(1, text('veth')), attribute(2, attribute(1, u32(0)))),
  attribute(52 | 0x8000, attribute(53, text('another-name')), attribute(53, text('third'))),
]);

const isOwnError = (error: unknown) =>
  error instanceof Error &&
  /^(A netlink message ends after|An inet6? address has)/.test(error.message);
const show = (bytes: Buffer) => bytes.toString('hex');

test.each<[string, Buffer[], (bytes: Buffer) => void]>([
  ['an answer', [...ADDRESSES, Buffer.concat(NEIGHBOURS)], parseMessages],
  ['a link', [LINK], parseLink],
  ['an address', ADDRESSES.map((whole) => whole.subarray(16)), parseAddressMessage],
  [
    'a neighbour',
    NEIGHBOURS.map((whole) => whole.subarray(16)),
    (bytes) => toNeighbour(bytes, new Map([[4, 'eth0']])),
  ],
])('%s', (_, inputs, parse) => {
  for (const input of inputs) expect(() => parse(input)).not.toThrow();
  const ask = (bytes: Buffer) => {
    parse(bytes);
    return '';
  };
  expect(fuzz({ inputs, mutate: mutateBytes, ask, isOwnError, show })).toBeUndefined();
});
