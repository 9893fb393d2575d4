import { expect } from '@jest/globals';

/** A failure for `toThrow`, of which more than the errno is to be right: which call it was, for one. */
export function refusal(code: string, facts: Record<string, unknown> = {}) {
  return expect.objectContaining({ code, ...facts }) as unknown as Error;
}
