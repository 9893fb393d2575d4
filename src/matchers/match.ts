import { isRegExp } from 'node:util/types';

/** expect.stringContaining() and its kin. */
export interface AsymmetricMatcher {
  asymmetricMatch(other: unknown): boolean;
  getExpectedType?(): string;
}

/** What a text can be held against. */
export type Text = string | RegExp | AsymmetricMatcher;

type Value<V> = V extends string
  ? V | RegExp | AsymmetricMatcher
  : V extends readonly string[]
    ? readonly Text[] | AsymmetricMatcher
    : V | AsymmetricMatcher;

/**
 * The keys that may be asked for, each optional; those left out are not looked at. Undefined asks for
 * there being none, where an item may have none.
 */
export type Pattern<Item, Key extends keyof Item> = {
  [K in Key]?: Value<Item[K]> | (undefined extends Item[K] ? undefined : never);
};

export type Equals = (a: unknown, b: unknown) => boolean;

/** A text matches a RegExp, a list holds every item asked for, anything else is equal as in toEqual. */
export function matchesValue(actual: unknown, expected: unknown, equals: Equals): boolean {
  if (isRegExp(expected)) {
    // A copy, because test() on a global or sticky one moves its lastIndex.
    return typeof actual === 'string' && new RegExp(expected).test(actual);
  }
  if (Array.isArray(expected) && Array.isArray(actual)) {
    return expected.every((wanted) => actual.some((item) => matchesValue(item, wanted, equals)));
  }
  return equals(actual, expected);
}

/** Whether every key of the pattern matches; `{ gateway: undefined }` asks for none. */
export function matchesPattern(item: object, pattern: object, equals: Equals): boolean {
  const actual = item as Record<string, unknown>;
  return Object.entries(pattern).every(([key, expected]) =>
    matchesValue(actual[key], expected, equals),
  );
}

export function isAsymmetric(value: unknown): value is AsymmetricMatcher {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<AsymmetricMatcher>).asymmetricMatch === 'function'
  );
}

export function isText(value: unknown): value is Text {
  if (isAsymmetric(value)) return value.getExpectedType?.() !== 'object';
  return typeof value === 'string' || isRegExp(value);
}
