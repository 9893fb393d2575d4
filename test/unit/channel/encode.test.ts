import { expect, test } from '@jest/globals';
import { decode, encode } from '../../../src/channel/encode';

const roundTrip = (value: unknown) => decode(encode(value));

test('a message is one line', () => {
  expect(encode({ text: 'a\nb\n' }).indexOf('\n')).toBe(encode({ text: 'a\nb\n' }).length - 1);
});

test.each([
  ['what JSON has', { a: [1, 'ü', null, { b: true }] }],
  ['numbers that JSON lacks', [Number.POSITIVE_INFINITY, Number.NaN, -0, 10n]],
  ['undefined', { a: undefined, b: [undefined] }],
  ['maps, sets, dates and patterns', [new Map([[1, new Set(['x'])]]), new Date(0), /x/g]],
])('%s are carried', (_, value) => {
  expect(roundTrip(value)).toEqual(value);
});

test('a circle is carried', () => {
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  const copy = roundTrip(circle) as typeof circle;
  expect(copy.self).toBe(copy);
});

test('functions and symbols are left out, and nothing else', () => {
  const value = {
    kept: 1,
    run: () => {},
    sign: Symbol('x'),
    deep: new Map<string, unknown>([['set', new Set([{ run: () => {}, kept: 2 }])]]),
    when: new Date(0),
  };
  expect(roundTrip(value)).toEqual({
    kept: 1,
    deep: new Map([['set', new Set([{ kept: 2 }])]]),
    when: new Date(0),
  });
});

test('a getter that throws loses itself only', () => {
  const value = {
    kept: 1,
    get broken() {
      throw new Error('no');
    },
  };
  expect(roundTrip(value)).toEqual({ kept: 1, broken: '[Unserialisable]' });
});

test('what is too deep to be cloned loses its depths only', () => {
  let deep: unknown = 'bottom';
  for (let depth = 0; depth < 20_000; depth++) deep = { deep };
  expect(roundTrip({ kept: 1, deep })).toMatchObject({ kept: 1, deep: { deep: { deep: {} } } });
});

test('a proxy that refuses loses itself only', () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  expect(roundTrip({ kept: 1, proxy })).toEqual({ kept: 1, proxy: '[Unserialisable]' });
});

test('a promise is told in words', () => {
  expect(roundTrip({ kept: 1, promise: Promise.resolve() })).toEqual({
    kept: 1,
    promise: '[Unserialisable]',
  });
});

test.each(['', 'nonsense', '{"type":"file-succeeded"}', '////'])('%j is no message', (line) => {
  expect(decode(line)).toBeUndefined();
});
