import { expect, test } from '@jest/globals';
import {
  addressBytes,
  addressText,
  hardwareAddressText,
  parseHardwareAddress,
} from '../../../src/helpers/address-bytes';

test.each([
  ['::', '00000000000000000000000000000000', '::'],
  ['::1', '00000000000000000000000000000001', '::1'],
  ['1::', '00010000000000000000000000000000', '1::'],
  ['fd00:0:0:1::7', 'fd000000000000010000000000000007', 'fd00:0:0:1::7'],
  ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008', '1:2:3:4:5:6:7:8'],
  ['::ffff:10.0.0.1', '00000000000000000000ffff0a000001', '::ffff:10.0.0.1'],
  ['2001:DB8::A', '20010db800000000000000000000000a', '2001:db8::a'],
])('%s becomes 16 bytes and %s text again', (address, hex, text) => {
  const bytes = addressBytes('inet6', address);
  expect(bytes.toString('hex')).toBe(hex);
  expect(addressText('inet6', bytes)).toBe(text);
});

test('an IPv4 address is its four numbers', () => {
  expect(addressBytes('inet', '10.0.255.1').toString('hex')).toBe('0a00ff01');
  expect(addressText('inet', Buffer.from([10, 0, 255, 1]))).toBe('10.0.255.1');
});

test('a hardware address has as many bytes as its link layer wants', () => {
  const bytes = parseHardwareAddress('address', '02:00:5E:00:00:0a');
  expect(hardwareAddressText(bytes)).toBe('02:00:5e:00:00:0a');
});
