import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ForkServerOrder, RunFile } from '../channel/messages';
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

/** Jest's own test runners and environments. */
const OF_JEST = /[\\/]node_modules[\\/]jest-(circus|jasmine2|environment-(node|jsdom))[\\/]/;

/** A cache may be that of several installations, and lie where Jest looks for tests. */
const NAME = `ns-jest-warm-up-${createHash('sha256').update(TEXT).digest('hex').slice(0, 16)}`;

/** What the fork server is to load, and to run once: in none of the project's folders, and for nobody to see. */
export function toWarmUp(file: RunFile): Omit<ForkServerOrder, 'folder' | 'toCome'> {
  const environment = environmentToLoad(file);
  // Others do more than make a realm: start servers, browsers. What they do is for sandboxes.
  const isJests = OF_JEST.test(environment.file);
  const { warmUp, isNew } = toWarmUpFile(file, isJests ? environment.name : 'node');
  return { warmUp, environment: environment.name, cacheIsNew: isNew };
}

/** It lies in Jest's cache: where it is new, so is that. */
function toWarmUpFile(file: RunFile, baseEnvironment: string): { warmUp: RunFile; isNew: boolean } {
  const projectConfig = file.projectConfig as ProjectConfig;
  const { cacheDirectory } = projectConfig;
  const testPath = path.join(cacheDirectory, `${NAME}${path.extname(file.testPath)}`);
  const isNew = !existsSync(testPath);
  if (isNew) {
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
  const warmUp: RunFile = {
    ...file,
    testPath,
    globalConfig,
    baseEnvironment,
    otherEnvironment: undefined,
    keep: 'never',
    debug: undefined,
    // It runs on the host.
    tellsLeft: false,
  };
  return { warmUp, isNew };
}

/** The project's own is for sandboxes, from its first line. */
function environmentToLoad(file: RunFile): { name: string; file: string } {
  const { rootDir } = file.projectConfig as ProjectConfig;
  const resolve = (name: string) =>
    realpathSync(resolveEnvironment(jestFrom(file.jestRunnerDirectory), rootDir, name));
  const name = file.otherEnvironment ?? file.baseEnvironment;
  try {
    const resolved = resolve(name);
    if (isInstalled(resolved)) return { name, file: resolved };
  } catch {
    // The file's own run tells it.
  }
  return { name: 'node', file: resolve('node') };
}

/**
 * Why the file's project is not to be warmed up for, or undefined: a test runner or a runtime of its own
 * may do anything with a file that it believes to be one of the project's.
 */
export function whyNoWarmUp(file: RunFile): string | undefined {
  const { testRunner, runtime } = file.projectConfig as ProjectConfig;
  if (!OF_JEST.test(String(testRunner))) return `the test runner ${testRunner}`;
  return runtime ? `the runtime ${runtime}` : undefined;
}

function isInstalled(file: string): boolean {
  return file.split(path.sep).includes('node_modules');
}
