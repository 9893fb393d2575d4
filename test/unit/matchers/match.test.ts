import { describe, expect, test } from '@jest/globals';
import { matchesPattern, matchesValue } from '../../../src/matchers/match';

// Jest hands over its own, of which only asymmetric matchers and plain equality are needed here.
const equals = (a: unknown, b: unknown): boolean => {
  const asymmetric = b as { asymmetricMatch?(other: unknown): boolean } | null | undefined;
  return asymmetric?.asymmetricMatch ? asymmetric.asymmetricMatch(a) : Object.is(a, b);
};

describe('matchesValue', () => {
  test.each<[string, unknown, unknown, boolean]>([
    ['an equal string', 'lo', 'lo', true],
    ['another string', 'lo', 'l', false],
    ['a RegExp', 'eth0', /^eth\d$/, true],
    ['a RegExp on what is no string', 7, /7/, false],
    ['a list that holds every item', ['rw', 'nosuid', 'nodev'], ['nodev', 'rw'], true],
    ['a list that lacks one', ['rw', 'nosuid'], ['rw', 'nodev'], false],
    ['a RegExp in a list', ['rw', 'size=64m'], [/^size=/], true],
    ['an asymmetric matcher', 'eth0', expect.stringContaining('eth'), true],
    ['an asymmetric matcher in a list', ['mode=755'], [expect.stringMatching('mode')], true],
    ['undefined against undefined', undefined, undefined, true],
    ['undefined against a value', '10.0.0.1', undefined, false],
  ])('%s', (_, actual, expected, matches) => {
    expect(matchesValue(actual, expected, equals)).toBe(matches);
  });

  test('a global RegExp matches every time', () => {
    const pattern = /eth/g;
    expect([1, 2, 3].map(() => matchesValue('eth0', pattern, equals))).toEqual([true, true, true]);
    expect(pattern.lastIndex).toBe(0);
  });
});

describe('matchesPattern', () => {
  const item = { name: 'lo', mtu: 65536 };

  test('every key has to match', () => {
    expect(matchesPattern(item, { name: 'lo', mtu: 65536 }, equals)).toBe(true);
    expect(matchesPattern(item, { name: 'lo', mtu: 1500 }, equals)).toBe(false);
  });

  test('an empty pattern matches anything', () => {
    expect(matchesPattern(item, {}, equals)).toBe(true);
  });
});
