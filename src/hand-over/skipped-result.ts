import type { TestResult } from '../jest/types';
import { emptyResult } from './empty-result';

/** The result of a file that was not run, with the reason as the name of its one skipped test. */
export function skippedResult(testPath: string, reason: string): TestResult {
  return {
    ...emptyResult(testPath),
    numPendingTests: 1,
    skipped: true,
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
