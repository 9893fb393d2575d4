import path from 'node:path';
import { packError } from '../channel/errors';
import type { FileFailed, FileSucceeded, RunFile } from '../channel/messages';
import { type EnvironmentHooks, enterSandbox, extendOther } from '../environment/inside';
import { defaultExport, type JestPackages, jestFrom, resolveEnvironment } from '../jest/find-jest';
import type {
  EnvironmentClass,
  GlobalConfig,
  ModuleMap,
  ProjectConfig,
  RunnerContext,
  Test,
  TestResult,
  TestRunnerClass,
} from '../jest/types';
import { processWide } from '../native/load';
import type { Tell } from './border';
import { copyCoverageQuickly } from './copy-coverage';
import { LeftBehind } from './left-behind';
import { watchOpenHandles } from './open-handles';
import { hadOf } from './verify';

const EXPOSE_GLOBAL = path.join(__dirname, '..', 'environment', 'expose-global.js');
const RELAYED_EVENTS = ['test-case-start', 'test-case-result'];

/** Runs the file as `jest --runInBand` would: by the project's own jest-runner, in this process. */
export async function runTestFile(
  request: RunFile,
  tell: Tell,
  hooks: EnvironmentHooks = {},
): Promise<FileSucceeded | FileFailed> {
  const jest = jestFrom(request.jestRunnerDirectory);
  const projectConfig = withGlobal(request.projectConfig as ProjectConfig, request.exposeGlobal);
  const asked = [...request.sandbox.asked, ...hadOf(request.tried, request.sandbox)];
  processWide().sandbox = { ...request.sandbox, asked };
  const left = new LeftBehind(asked, tell);
  try {
    const { otherEnvironment, baseEnvironment, baseEnvironmentOptions } = request;
    const load = (name: string) => loadEnvironment(jest, projectConfig, name);
    enterSandbox({
      Base: await load(baseEnvironment),
      baseOptions: otherEnvironment === undefined ? baseEnvironmentOptions : undefined,
      onConsole: (entry) => tell({ type: 'console', entry }),
      onTestEvent: request.tellsLeft ? (event) => left.onTestEvent(event) : undefined,
      ...hooks,
    });
    if (otherEnvironment !== undefined) extendOther(otherEnvironment, await load(otherEnvironment));
    return await runWithJest(jest, projectConfig, request, tell);
  } catch (error) {
    return fileFailed(error);
  } finally {
    if (request.tellsLeft) left.end();
  }
}

/** Loads what files need before they run: the project's transformers and resolver, and their environment. */
export async function loadForFile(request: RunFile, environment: string): Promise<void> {
  const jest = jestFrom(request.jestRunnerDirectory);
  const config = request.projectConfig as ProjectConfig;
  await loadEnvironment(jest, config, environment);
  await createResolver(jest, config, request.moduleMap);
}

/** `ns` on the global object has to be made in the tests' realm: by a set-up file. */
export function withGlobal(config: ProjectConfig, exposeGlobal: boolean): ProjectConfig {
  if (!exposeGlobal) return config;
  return { ...config, setupFiles: [EXPOSE_GLOBAL, ...config.setupFiles] };
}

async function runWithJest(
  jest: JestPackages,
  config: ProjectConfig,
  request: RunFile,
  tell: Tell,
): Promise<FileSucceeded | FileFailed> {
  const TestRunner = defaultExport<TestRunnerClass>(jest.require('jest-runner'));
  copyCoverageQuickly(jest);
  const { moduleMap, resolver } = await createResolver(jest, config, request.moduleMap);
  const globalConfig = request.globalConfig as GlobalConfig;
  const runner = new TestRunner(globalConfig, contextOf(request));
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
    answer = { type: 'file-succeeded', result: packErrors(result) };
  });
  runner.on('test-file-failure', ([, error]: [Test, unknown]) => {
    answer = fileFailed(error);
  });
  const openHandles = globalConfig.detectOpenHandles ? watchOpenHandles() : undefined;
  await runner.runTests([test], { isInterrupted: () => false, on: () => {} }, { serial: true });
  if (openHandles) tell({ type: 'open-handles', handles: await openHandles() });
  return answer;
}

export function contextOf({ context }: RunFile): RunnerContext {
  const setOf = (files: string[] | null) => (files ? new Set(files) : undefined);
  return {
    changedFiles: setOf(context.changedFiles),
    sourcesRelatedToTestsInChangedFiles: setOf(context.sourcesRelatedToTestsInChangedFiles),
  };
}

/** As jest-runner's own workers make it. */
export async function createResolver(
  jest: JestPackages,
  config: ProjectConfig,
  serialized: unknown,
) {
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

export async function loadEnvironment(
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

function fileFailed(error: unknown): FileFailed {
  return { type: 'file-failed', error: packError(error) };
}

/** The errors behind the messages, which a structured clone would not keep whole. */
function packErrors(result: TestResult): TestResult {
  return {
    ...result,
    testExecError: packError(result.testExecError),
    // A custom test runner may leave these out.
    testResults: result.testResults?.map((test) => ({
      ...test,
      failureDetails: test.failureDetails?.map(packError),
    })),
  };
}
