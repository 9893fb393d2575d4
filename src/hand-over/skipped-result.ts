import type { TestResult } from '../jest/types';

/** The result of a file that was not run, with the reason as the name of its one skipped test. */
export function skippedResult(testPath: string, reason: string): TestResult {
  return {
    leaks: false,
    numFailingTests: 0,
    numPassingTests: 0,
    numPendingTests: 1,
    numTodoTests: 0,
    openHandles: [],
    perfStats: { end: Date.now(), runtime: 0, slow: false, start: Date.now() },
    skipped: true,
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
    testResults: [
      {
        ancestorTitles: [],
        duration: null,
        failureDetails: [],
        failureMessages: [],
        fullName: reason,
        invocations: 0,
        location: null,
        numPassingAsserts: 0,
        retryReasons: [],
        status: 'pending',
        title: reason,
      },
    ],
  };
}
