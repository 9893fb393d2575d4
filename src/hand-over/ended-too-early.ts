import { SandboxError } from '../errors/sandbox-error';
import type { SandboxEnd } from '../launch/open-sandbox';
import { limitsSet } from '../options/processes/early-end';
import type { FileRun } from './file-run';
import { outOfMemory } from './limits';
import type { Progress } from './progress';

/** The test process is gone and never said how the file went: why, and where it was. */
export function endedTooEarly(
  end: SandboxEnd,
  progress: Progress,
  { testPath, options }: FileRun,
  passedLimit: number | undefined,
): Error {
  const where = whereItWas(progress, testPath);
  if (passedLimit !== undefined) {
    return new SandboxError(`The file took longer than ${passedLimit} ms and was ended ${where}`, {
      step: 'run the file',
      subject: testPath,
      option: 'timeout',
      fix: 'The option "timeout" of testEnvironmentOptions is the limit for a whole file.',
    });
  }
  const memory = outOfMemory(end, options.cgroup);
  if (memory !== undefined) {
    return new SandboxError(`The test process was killed by SIGKILL ${where}: ${memory}`, {
      step: 'run the file',
      subject: testPath,
      option: 'cgroup.memoryMax',
      code: 'SIGKILL',
    });
  }
  if (end.error) return end.error;
  return new SandboxError(
    end.signal
      ? `The test process was killed by ${end.signal} ${where}`
      : `The test process exited with code ${end.exitCode} ${where}`,
    {
      step: 'run the file',
      subject: testPath,
      code: end.signal ?? `${end.exitCode}`,
      ...limitsSet(options, end.signal, progress.hasBegun),
    },
  );
}

function whereItWas({ running, results }: Progress, testPath: string): string {
  if (running.length === 1) return 'while this test was running';
  if (running.length > 1) return `while ${running.length} tests were running, this one among them`;
  if (results.length > 0) return `in ${testPath}, when no test was running`;
  // Not every test runner tells.
  return `before it told of a test in ${testPath}`;
}
