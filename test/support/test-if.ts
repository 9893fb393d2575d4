import { expect, test } from '@jest/globals';

/**
 * A test for which the machine has to have something, as a probe has told before: else it is skipped, and
 * its name says why. With NS_JEST_MUST_WORK=1 that it has not is a failure.
 */
export function testIf(probe: boolean, lacks: string): typeof test {
  if (probe) return test;
  const instead =
    process.env.NS_JEST_MUST_WORK === '1'
      ? (name: string) => test(name, () => expect(`this machine lacks ${lacks}`).toBe(''))
      : (name: string, body: () => void) =>
          test.skip(`${name} [skipped: this machine lacks ${lacks}]`, body);
  return instead as unknown as typeof test;
}
