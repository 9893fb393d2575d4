import type { JestPackages } from '../jest/find-jest';
import type {
  GlobalConfig,
  ProjectConfig,
  TestCaseResult,
  TestCaseStart,
  TestResult,
} from '../jest/types';
import { emptyResult } from './empty-result';
import type { Progress } from './progress';

/** A file of which there is more to say than that it ended. */
export interface UnfinishedFile {
  testPath: string;
  globalConfig: GlobalConfig;
  projectConfig: ProjectConfig;
  jest: JestPackages;
}

/**
 * The result of a file that ended before it had one: what had passed and failed until then, and the
 * tests that were running as failed. Without such a test it is the file that failed.
 */
export function unfinishedResult(
  file: UnfinishedFile,
  progress: Progress,
  error: Error,
): TestResult {
  const interrupted = progress.running.map((test) =>
    interruptedTest(test, progress.takeFailed(test.fullName), error),
  );
  const testResults = [...progress.results, ...interrupted];
  const isFileToBlame = interrupted.length === 0;
  const count = (status: string) => testResults.filter((test) => test.status === status).length;
  return {
    ...emptyResult(file.testPath, progress.startedAt),
    console: progress.console.length > 0 ? progress.console : undefined,
    numPassingTests: count('passed'),
    numFailingTests: count('failed'),
    numPendingTests: count('pending'),
    numTodoTests: count('todo'),
    testResults,
    failureMessage: failureMessage(file, testResults, isFileToBlame ? error : undefined),
    ...(isFileToBlame ? { testExecError: { message: error.message, stack: error.stack } } : {}),
  };
}

function interruptedTest(
  running: TestCaseStart,
  attemptBefore: TestCaseResult | undefined,
  error: Error,
): TestCaseResult {
  const { ancestorTitles, fullName, title, startedAt } = running;
  return failedTest({
    ancestorTitles,
    duration: startedAt ? Date.now() - startedAt : null,
    failureDetails: [{ message: error.message, stack: error.stack }],
    failureMessages: [error.stack ?? error.message],
    fullName,
    invocations: (attemptBefore?.invocations ?? 0) + 1,
    retryReasons: attemptBefore?.failureMessages ?? [],
    startedAt,
    title,
  });
}

type OfEachTest = 'ancestorTitles' | 'failureDetails' | 'failureMessages' | 'fullName' | 'title';

/** A test as jest-circus reports one that has failed; without more said of it, at its first attempt. */
export function failedTest(
  known: Pick<TestCaseResult, OfEachTest> & Partial<TestCaseResult>,
): TestCaseResult {
  return {
    duration: null,
    invocations: 1,
    location: null,
    numPassingAsserts: 0,
    retryReasons: [],
    status: 'failed',
    ...known,
  };
}

/** As Jest itself would print it. */
export function failureMessage(
  { jest, projectConfig, globalConfig, testPath }: UnfinishedFile,
  testResults: TestCaseResult[],
  error: Error | undefined,
): string {
  const { formatResultsErrors, formatExecError } = jest.require('jest-message-util') as {
    formatResultsErrors(results: TestCaseResult[], ...rest: unknown[]): string | null;
    formatExecError(error: Error, ...rest: unknown[]): string;
  };
  const rest = [projectConfig, globalConfig, testPath];
  return [
    formatResultsErrors(testResults, ...rest) ?? '',
    error ? formatExecError(error, ...rest) : '',
  ]
    .filter(Boolean)
    .join('\n');
}
