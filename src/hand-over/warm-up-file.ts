import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { RunFile } from '../channel/messages';
import { jestFrom, resolveEnvironment } from '../jest/find-jest';
import type { GlobalConfig, ProjectConfig } from '../jest/types';

/** Whatever the project's environment is: a docblock leaves the configuration, by which Jest caches, alone. */
const OUR_ENVIRONMENT = path.join(__dirname, '..', 'index.js');

/** What most files do: pass, compare, catch, and fail with a report. Valid in each dialect of JavaScript. */
const TEXT = `/** @jest-environment ${OUR_ENVIRONMENT} */
// @ts-nocheck
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

/** A cache may be that of several installations, and lie where Jest looks for tests. */
const NAME = `ns-jest-warm-up-${createHash('sha256').update(TEXT).digest('hex').slice(0, 16)}`;

/** A file of that kind, as the fork server is to run it once: in none of the project's folders, and for nobody to see. */
export function toWarmUpFile(file: RunFile): RunFile {
  const projectConfig = file.projectConfig as ProjectConfig;
  const { cacheDirectory } = projectConfig;
  const testPath = path.join(cacheDirectory, `${NAME}${path.extname(file.testPath)}`);
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
  return {
    ...file,
    testPath,
    globalConfig,
    baseEnvironment: environmentToLoad(file, projectConfig),
    otherEnvironment: undefined,
    debug: undefined,
  };
}

/** The project's own is for sandboxes, from its first line. */
function environmentToLoad(file: RunFile, { rootDir }: ProjectConfig): string {
  const asked = file.otherEnvironment ?? file.baseEnvironment;
  try {
    const resolved = resolveEnvironment(jestFrom(file.jestRunnerDirectory), rootDir, asked);
    return isInstalled(realpathSync(resolved)) ? asked : 'node';
  } catch {
    // The file's own run tells it.
    return 'node';
  }
}

/**
 * Why the file's project is not to be warmed up for, or undefined: a test runner of its own may do
 * anything with a file that it believes to be one of the project's.
 */
export function whyNoWarmUp(file: RunFile): string | undefined {
  const { testRunner } = file.projectConfig as ProjectConfig;
  const isJests = /[\\/]node_modules[\\/]jest-(circus|jasmine2)[\\/]/.test(String(testRunner));
  return isJests ? undefined : `the test runner ${testRunner}`;
}

function isInstalled(file: string): boolean {
  return file.split(path.sep).includes('node_modules');
}
