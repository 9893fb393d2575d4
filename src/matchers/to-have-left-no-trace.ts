import { defineMatcher } from './define-matcher';
import type { Facts } from './facts';

type Trace = ReturnType<Facts['traces']['list']>[number];

const idOf = ({ kind, key }: Trace) => `${kind} ${key}`;

export const toHaveLeftNoTrace = defineMatcher(
  'toHaveLeftNoTrace',
  ({ traces }, { isNot, lines, utils, wrongUse }, options: { since?: readonly Trace[] } = {}) => {
    const { since = [], ...others } = Object(options) as { since?: readonly Trace[] };
    if (
      Object(options) !== options ||
      Array.isArray(options) ||
      Object.keys(others).length > 0 ||
      !isList(since)
    ) {
      wrongUse(
        'value must be { since }, with what ns.traces.list() gave',
        utils.printWithType('Expected', options, utils.printExpected),
      );
    }
    const known = new Set(since.map(idOf));
    const left = traces.list().filter((trace) => !known.has(idOf(trace)));
    return {
      pass: left.length === 0,
      report: [
        `Expected ${isNot ? 'something that was not' : 'nothing that was not'} in this sandbox before`,
        'What there is:',
        ...lines(left.map(({ kind, description }) => `${kind} ${description}`)),
      ],
    };
  },
);

function isList(value: unknown): value is readonly Trace[] {
  const isTrace = (each: unknown) =>
    typeof each === 'object' && each !== null && 'kind' in each && 'key' in each;
  return Array.isArray(value) && value.every(isTrace);
}
