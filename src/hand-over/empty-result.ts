import type { TestResult } from '../jest/types';

/** A TestResult of jest-runner's in which nothing has happened. */
export function emptyResult(testPath: string, startedAt = Date.now()): TestResult {
  const now = Date.now();
  return {
    leaks: false,
    numFailingTests: 0,
    numPassingTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    openHandles: [],
    perfStats: { end: now, runtime: now - startedAt, slow: false, start: startedAt },
    skipped: false,
    snapshot: {
      added: 0,
      fileDeleted: false,
      matched: 0,
      unchecked: 0,
      uncheckedKeys: [],
      unmatched: 0,
      updated: 0,
    },
    testFilePath: testPath,
    testResults: [],
  };
}
