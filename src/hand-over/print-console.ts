import type { FileRun } from './file-run';

/** Prints what Jest's buffered console held, as Jest itself does below a result. */
export function printConsole(
  entries: unknown[],
  { jest, projectConfig, globalConfig }: Pick<FileRun, 'jest' | 'projectConfig' | 'globalConfig'>,
): void {
  if (entries.length === 0) return;
  const { getConsoleOutput } = jest.require('@jest/console') as {
    getConsoleOutput(buffer: unknown[], ...rest: unknown[]): string;
  };
  process.stderr.write(`${getConsoleOutput(entries, projectConfig, globalConfig)}\n`);
}
