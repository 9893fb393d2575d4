import { expect, test } from '@jest/globals';
import { nearest } from '../../../src/text/nearest';

const KEYS = ['destination', 'gateway', 'interface', 'type', 'metric'];

test.each([
  ['gatway', 'gateway'],
  ['Gateway', 'gateway'],
  ['destinaton', 'destination'],
  ['typ', 'type'],
  ['hostname', undefined],
  ['', undefined],
])('%j is probably %j', (word, meant) => {
  expect(nearest(word, KEYS)).toBe(meant);
});
