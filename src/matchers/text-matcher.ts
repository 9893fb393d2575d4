import { defineMatcher } from './define-matcher';
import type { Facts } from './facts';
import { isText, matchesValue, type Text } from './match';

/** `toHaveX(text)`: the sandbox has exactly one, and it matches. */
export function textMatcher(name: string, what: string, read: (facts: Facts) => string) {
  return defineMatcher(name, (facts, { equals, isNot, utils, wrongUse }, expected: Text) => {
    if (!isText(expected)) {
      wrongUse(
        'value must be a string or a regular expression',
        utils.printWithType('Expected', expected, utils.printExpected),
      );
    }
    const received = read(facts);
    return {
      pass: matchesValue(received, expected, equals),
      report: [
        `Expected ${what}: ${isNot ? 'not ' : ''}${utils.printExpected(expected)}`,
        `Received ${what}: ${isNot ? '    ' : ''}${utils.printReceived(received)}`,
      ],
    };
  });
}
