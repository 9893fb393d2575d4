import { expect, test } from '@jest/globals';
import { readIpText } from '../../../src/matchers/ip-text';

test.each([
  ['10.0.0.1', { family: 'inet', address: '10.0.0.1' }],
  ['10.0.0.0/8', { family: 'inet', address: '10.0.0.0', prefixLength: 8 }],
  ['FD00:0:0::0:1/64', { family: 'inet6', address: 'fd00::1', prefixLength: 64 }],
  ['::', { family: 'inet6', address: '::' }],
  ['10.0.0.0/33', undefined],
  ['::1/129', undefined],
  ['10.0.0/8', undefined],
  ['10.0.0.0/', undefined],
  ['default', undefined],
  ['', undefined],
])('%j', (text, read) => {
  expect(readIpText(text)).toEqual(read);
});
