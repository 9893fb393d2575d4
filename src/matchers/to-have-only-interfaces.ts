import { defineMatcher } from './define-matcher';
import { describeInterface } from './describe';

export const toHaveOnlyInterfaces = defineMatcher(
  'toHaveOnlyInterfaces',
  ({ interfaces }, { isNot, lines, utils, wrongUse }, names: readonly string[]) => {
    if (!Array.isArray(names)) {
      wrongUse(
        'value must be an array of interface names',
        utils.printWithType('Expected', names, utils.printExpected),
      );
    }
    const present = interfaces.list();
    const presentNames = present.map(({ name }) => name);
    const missing = names.filter((name) => !presentNames.includes(name));
    const extra = presentNames.filter((name) => !names.includes(name));
    return {
      pass: missing.length === 0 && extra.length === 0,
      report: [
        `Expected ${isNot ? 'other interfaces than' : 'only the interfaces'} ${utils.printExpected(names)}`,
        ...(missing.length > 0 ? [`Missing: ${utils.printExpected(missing)}`] : []),
        ...(extra.length > 0 ? [`Not expected: ${utils.printReceived(extra)}`] : []),
        'Interfaces in this sandbox:',
        ...lines(present.map(describeInterface)),
      ],
    };
  },
);
