/** Whether runs that say the same were runs at all. */
import { isDeepStrictEqual } from 'node:util';
import { PLAIN } from './combinations.mjs';
import { countTests } from './count-tests.mjs';

/** @returns A line for each run that was not what the fixture says; `version` is Jest's, such as "30". */
export function checkRuns(runs, { counts, sandboxes }, version) {
  const expected = Array.isArray(counts) ? counts : counts?.[version];
  return runs.flatMap(({ combination: { name }, results }) => {
    const wrong = [];
    const opened = results.reduce((sum, step) => sum + step.sandboxes, 0);
    if (opened > 0 !== sandboxes.includes(name))
      wrong.push(`[${name}] ${opened} sandboxes were opened`);
    const counted = results.map((step) => countTests(step.results));
    if (name === PLAIN.name && expected && !isDeepStrictEqual(counted, expected)) {
      wrong.push(`[${name}] counts: ${JSON.stringify(counted)}, not ${JSON.stringify(expected)}`);
    }
    return wrong;
  });
}
