import type { TestResult } from '../jest/types';
import { failedTest, failureMessage, type UnfinishedFile } from './unfinished-result';

/** The result of a file that has run, with one more test, which failed. */
export function withFailedTest(
  file: UnfinishedFile,
  result: TestResult,
  title: string,
  message: string,
): TestResult {
  const failed = failedTest({
    ancestorTitles: [],
    failureDetails: [{ message }],
    failureMessages: [message],
    fullName: title,
    title,
  });
  const before = typeof result.failureMessage === 'string' ? [result.failureMessage] : [];
  return {
    ...result,
    skipped: false,
    numFailingTests: Number(result.numFailingTests) + 1,
    testResults: [...(result.testResults ?? []), failed],
    failureMessage: [...before, failureMessage(file, [failed], undefined)].join('\n'),
  };
}
