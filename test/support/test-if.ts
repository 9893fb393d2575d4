import { expect, test } from '@jest/globals';

/**
 * A test for which the machine has to have something, as a probe has told before. With NS_JEST_MUST_WORK=1
 * that it has not is a failure.
 */
export function testIf(probe: boolean, lacks: string): typeof test {
  if (probe) return test;
  if (process.env.NS_JEST_MUST_WORK !== '1') return test.skip as typeof test;
  return ((name: string) =>
    test(name, () => expect(`this machine has ${lacks}`).toBe(''))) as unknown as typeof test;
}
