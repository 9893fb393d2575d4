import { defineMatcher } from './define-matcher';
import { isText, matchesValue, type Text } from './match';

export const toHaveSysctl = defineMatcher(
  'toHaveSysctl',
  (facts, { equals, isNot, utils, wrongUse }, name: string, value: Text | number) => {
    if (typeof name !== 'string') {
      wrongUse(
        'name must be a string, such as "net.ipv4.ip_forward"',
        utils.printWithType('Expected', name, utils.printExpected),
      );
    }
    const expected = typeof value === 'number' ? String(value) : value;
    if (!isText(expected)) {
      wrongUse(
        'value must be a string, a number or a regular expression',
        utils.printWithType('Expected', value, utils.printExpected),
      );
    }
    const received = facts.sysctl.get(name);
    return {
      pass: matchesValue(received, expected, equals),
      report: [
        `Expected ${name}: ${isNot ? 'not ' : ''}${utils.printExpected(expected)}`,
        `Received ${name}: ${isNot ? '    ' : ''}${utils.printReceived(received)}`,
      ],
    };
  },
);
