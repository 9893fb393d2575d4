import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { RunFile } from '../channel/messages';
import type { GlobalConfig } from '../jest/types';

/** What most files do: pass, compare, catch, and fail with a report. Valid in each dialect of JavaScript. */
const TEXT = `// @ts-nocheck
describe('warm-up', () => {
  test('passes', () => {
    expect([{ of: 'all' }]).toEqual([{ of: 'all' }]);
    expect(() => JSON.parse('')).toThrow(SyntaxError);
  });
  test('fails', () => {
    expect({ one: 1 }).toEqual({ one: 2 });
  });
});
`;

/** A file of that kind, as the fork server is to run it once: in none of the project's folders, and for nobody to see. */
export function toWarmUpFile(file: RunFile): RunFile {
  const { cacheDirectory } = file.projectConfig as { cacheDirectory: string };
  const testPath = path.join(cacheDirectory, `ns-jest-warm-up.test${path.extname(file.testPath)}`);
  if (!existsSync(testPath)) {
    mkdirSync(cacheDirectory, { recursive: true });
    // Several processes may do this at once.
    const unfinished = `${testPath}.${process.pid}`;
    writeFileSync(unfinished, TEXT);
    renameSync(unfinished, testPath);
  }
  const globalConfig = {
    ...(file.globalConfig as GlobalConfig),
    bail: 0,
    ci: true,
    detectLeaks: false,
    detectOpenHandles: false,
    logHeapUsage: false,
    silent: true,
    testNamePattern: '',
    updateSnapshot: 'none',
  };
  return { ...file, testPath, globalConfig, otherEnvironment: undefined, debug: undefined };
}
