import type { TestResult } from '../jest/types';
import type { Answer } from './messages';

/** When the sandbox of a file stays: the option "keep". */
export type Keep = 'never' | 'on-failure' | 'always';

/** Whether the sandbox of a file that answered so is to stay. Both sides of the border decide alike. */
export function isToStay(keep: Keep, answer: Answer): boolean {
  if (keep === 'never' || answer.type === 'not-isolated') return false;
  return keep === 'always' || isFailure(answer);
}

function isFailure(answer: Answer): boolean {
  if (answer.type !== 'file-succeeded') return true;
  const { numFailingTests, testExecError } = answer.result as TestResult;
  return Number(numFailingTests) > 0 || Boolean(testExecError);
}
