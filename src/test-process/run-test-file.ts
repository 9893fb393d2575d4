import path from 'node:path';
import type { FileFailed, FileSucceeded, RunFile } from '../channel/messages';
import { enterSandbox } from '../environment/inside';
import { defaultExport, type JestPackages, jestFrom, resolveEnvironment } from '../jest/find-jest';
import type {
  EnvironmentClass,
  GlobalConfig,
  ModuleMap,
  ProjectConfig,
  Test,
  TestResult,
  TestRunnerClass,
} from '../jest/types';
import { processWide } from '../native/load';
import { tell } from './border';
import { hadOf } from './verify';

const EXPOSE_GLOBAL = path.join(__dirname, '..', 'environment', 'expose-global.js');
const RELAYED_EVENTS = ['test-case-start', 'test-case-result'];

/** Runs the file as `jest --runInBand` would: by the project's own jest-runner, in this process. */
export async function runTestFile(request: RunFile): Promise<FileSucceeded | FileFailed> {
  const jest = jestFrom(request.jestRunnerDirectory);
  const projectConfig = withGlobal(request.projectConfig as ProjectConfig, request.exposeGlobal);
  const asked = [...request.sandbox.asked, ...hadOf(request.tried, request.sandbox)];
  processWide().sandbox = { ...request.sandbox, asked };
  try {
    const { otherEnvironment, baseEnvironment, baseEnvironmentOptions } = request;
    enterSandbox({
      Base: await loadEnvironment(jest, projectConfig, otherEnvironment ?? baseEnvironment),
      baseOptions: otherEnvironment === undefined ? baseEnvironmentOptions : undefined,
      otherModule: otherEnvironment,
    });
    return await runWithJest(jest, projectConfig, request);
  } catch (error) {
    return fileFailed(error);
  }
}

/** `ns` on the global object has to be made in the tests' realm: by a set-up file. */
function withGlobal(config: ProjectConfig, exposeGlobal: boolean): ProjectConfig {
  if (!exposeGlobal) return config;
  return { ...config, setupFiles: [EXPOSE_GLOBAL, ...config.setupFiles] };
}

async function runWithJest(
  jest: JestPackages,
  config: ProjectConfig,
  request: RunFile,
): Promise<FileSucceeded | FileFailed> {
  const TestRunner = defaultExport<TestRunnerClass>(jest.require('jest-runner'));
  const { moduleMap, resolver } = await createResolver(jest, config, request.moduleMap);
  const { changedFiles, sourcesRelatedToTestsInChangedFiles } = request.context;
  const runner = new TestRunner(request.globalConfig as GlobalConfig, {
    changedFiles: changedFiles ? new Set(changedFiles) : undefined,
    sourcesRelatedToTestsInChangedFiles: sourcesRelatedToTestsInChangedFiles
      ? new Set(sourcesRelatedToTestsInChangedFiles)
      : undefined,
  });
  const test: Test = { path: request.testPath, context: { config, moduleMap, resolver } };

  let answer: FileSucceeded | FileFailed = fileFailed(new Error('jest-runner reported no result'));
  for (const name of RELAYED_EVENTS) {
    runner.on(name, (payload: unknown[]) => tell({ type: 'test-event', name, payload }));
  }
  runner.on('test-file-start', () => {
    // A run in band believes that it is the only one and has just set this to 1.
    process.env.JEST_WORKER_ID = request.workerId;
  });
  runner.on('test-file-success', ([, result]: [Test, TestResult]) => {
    answer = { type: 'file-succeeded', result };
  });
  runner.on('test-file-failure', ([, error]: [Test, unknown]) => {
    answer = fileFailed(error);
  });
  await runner.runTests([test], { isInterrupted: () => false, on: () => {} }, { serial: true });
  return answer;
}

/** As jest-runner's own workers make it. */
async function createResolver(jest: JestPackages, config: ProjectConfig, serialized: unknown) {
  const HasteMap = defaultExport<{
    getStatic(config: ProjectConfig): { getModuleMapFromJSON(json: unknown): ModuleMap };
  }>(jest.require('jest-haste-map'));
  const Runtime = defaultExport<{
    createResolver(config: ProjectConfig, moduleMap: ModuleMap): unknown;
  }>(jest.require('jest-runtime'));
  // Since Jest 30.4 a custom resolver has to be loaded first, as it may be an ES module.
  const { preloadResolver } = jest.require('jest-resolve') as {
    preloadResolver?(resolver: string | null | undefined): Promise<void>;
  };
  await preloadResolver?.(config.resolver);
  const moduleMap = HasteMap.getStatic(config).getModuleMapFromJSON(serialized);
  return { moduleMap, resolver: Runtime.createResolver(config, moduleMap) };
}

async function loadEnvironment(
  jest: JestPackages,
  config: ProjectConfig,
  name: string,
): Promise<EnvironmentClass> {
  const { createScriptTransformer } = jest.require('@jest/transform') as {
    createScriptTransformer(config: ProjectConfig): Promise<{
      requireAndTranspileModule(file: string): Promise<EnvironmentClass>;
    }>;
  };
  const transformer = await createScriptTransformer(config);
  return transformer.requireAndTranspileModule(resolveEnvironment(jest, config.rootDir, name));
}

/** As jest-runner's own workers tell an error. */
function fileFailed(error: unknown): FileFailed {
  if (typeof error !== 'object' || error === null) {
    return { type: 'file-failed', error: { message: String(error), stack: String(error) } };
  }
  const { message, stack, code } = error as NodeJS.ErrnoException;
  return { type: 'file-failed', error: { message, stack, code } };
}
