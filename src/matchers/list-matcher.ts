import { nearest } from '../text/nearest';
import { defineMatcher, type Tools } from './define-matcher';
import type { Facts } from './facts';
import { isAsymmetric, isText, matchesPattern } from './match';

/** One kind of thing that a sandbox has some of. */
export interface Kind<Item, Key extends string> {
  /** 'route', for "Expected a route"; `many` heads the list. */
  one: string;
  many: string;
  list(facts: Facts): readonly Item[];
  describe(item: Item): string;
  /** Whether an item counts; all do by default. */
  counts?(item: Item): boolean;
  /** The keys that a pattern may name. */
  keys: readonly Key[];
  /** What an argument that is no pattern object is held against: any of these keys. */
  bare?: { keys: readonly Key[]; link: string };
  /** A key whose text is more than a value: what it means as a pattern, or what is wrong with it. */
  read?: { key: Key; from(text: string): Partial<Record<Key, unknown>> | string };
}

/** `toHaveX(pattern)`: at least one item of the kind matches and counts. */
export function listMatcher<Item extends object, Key extends string, Argument>(
  name: string,
  kind: Kind<Item, Key>,
) {
  return defineMatcher(name, (facts, tools, ...args: [expected?: Argument]) => {
    // Without an argument any item will do, where the kind has no bare form; an argument that came
    // out undefined is a slip.
    const expected = args.length === 0 && !kind.bare ? {} : args[0];
    const matches = matcherOf(kind, expected, tools);
    const counts = (item: Item) => kind.counts?.(item) ?? true;
    // What does not count is shown only where it would be the answer.
    const items = kind.list(facts).filter((item) => counts(item) || matches(item));
    const found = items.filter((item) => counts(item) && matches(item));
    const pass = found.length > 0;
    const subject = `${kind.one}${phrase(kind, expected, tools)}`;
    const report = pass
      ? [`Expected no ${subject}`, 'But there is:', ...tools.lines(found.map(kind.describe))]
      : [
          `Expected ${article(kind.one)} ${subject}`,
          `${kind.many} in this sandbox:`,
          ...tools.lines(items.map(kind.describe)),
        ];
    return { pass, report };
  });
}

/** The argument as a question to one item; a wrong argument ends here. */
function matcherOf<Item extends object, Key extends string>(
  kind: Kind<Item, Key>,
  expected: unknown,
  tools: Tools,
): (item: Item) => boolean {
  const patterns = patternsOf(kind, expected, tools).map((pattern) => readIn(kind, pattern, tools));
  return (item) => patterns.some((pattern) => matchesPattern(item, pattern, tools.equals));
}

/** One pattern, or one for each key that a bare argument is held against. */
function patternsOf<Item, Key extends string>(
  kind: Kind<Item, Key>,
  expected: unknown,
  { utils, wrongUse }: Tools,
): object[] {
  if (isText(expected) && kind.bare) return kind.bare.keys.map((key) => ({ [key]: expected }));
  if (!isPlain(expected)) {
    return wrongUse(
      `value must be ${kind.bare ? 'a string, a regular expression or an object' : 'an object'}`,
      utils.printWithType('Expected', expected, utils.printExpected),
    );
  }
  const unknown = Object.keys(expected).find(
    (key) => !(kind.keys as readonly string[]).includes(key),
  );
  if (unknown === undefined) return [expected];
  const meant = nearest(unknown, kind.keys);
  return wrongUse(
    `value has the unknown key "${unknown}".${meant ? ` Did you mean "${meant}"?` : ''}`,
    `Keys: ${kind.keys.join(', ')}`,
  );
}

/** The pattern with its text read, where the kind's text says more than the value of one key. */
function readIn<Item, Key extends string>(
  { read }: Kind<Item, Key>,
  pattern: object,
  { utils, wrongUse }: Tools,
): object {
  if (!read) return pattern;
  const { [read.key]: text, ...others } = pattern as Record<string, unknown>;
  if (typeof text !== 'string') return pattern;
  const meaning = read.from(text);
  if (typeof meaning !== 'string') return { ...meaning, ...others };
  return wrongUse(meaning, utils.printWithType('Expected', text, utils.printExpected));
}

function phrase<Item, Key extends string>(
  kind: Kind<Item, Key>,
  expected: unknown,
  { utils }: Tools,
): string {
  if (isText(expected)) return ` ${kind.bare?.link} ${utils.printExpected(expected)}`;
  if (Object.keys(expected as object).length === 0) return '';
  return ` with ${utils.printExpected(expected)}`;
}

/** A list, a RegExp or expect.objectContaining() would be an object that asks for nothing here. */
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return !isText(value) && !isAsymmetric(value);
}

function article(noun: string): string {
  return /^[aeiou]/.test(noun) ? 'an' : 'a';
}
