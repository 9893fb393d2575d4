/** The parts of Jest's interfaces that we touch, alike in 29.7 and 30. */

export interface GlobalConfig {
  rootDir: string;
  maxWorkers: number;
  [key: string]: unknown;
}

export interface ProjectConfig {
  id: string;
  rootDir: string;
  cacheDirectory: string;
  roots: string[];
  testEnvironment: string;
  testEnvironmentOptions: Record<string, unknown>;
  setupFiles: string[];
  resolver?: string | null;
  [key: string]: unknown;
}

export interface ModuleMap {
  toJSON(): unknown;
}

export interface TestContext {
  config: ProjectConfig;
  moduleMap: ModuleMap;
  [key: string]: unknown;
}

export interface Test {
  path: string;
  context: TestContext;
  duration?: number;
}

/** jest-runner's context: which files have changed, for --onlyChanged and coverage. */
export interface RunnerContext {
  changedFiles?: Set<string> | undefined;
  sourcesRelatedToTestsInChangedFiles?: Set<string> | undefined;
}

export interface Watcher {
  isInterrupted(): boolean;
  on?(event: 'change', listener: (state: { interrupted: boolean }) => void): void;
}

export type SendMessageToJest = (eventName: string, args: unknown[]) => unknown;

/** A test that has started, as Jest's event tells it. */
export interface TestCaseStart {
  ancestorTitles: string[];
  fullName: string;
  title: string;
  /** Milliseconds since 1970. */
  startedAt?: number | null | undefined;
}

/** One test of a file. */
export interface TestCaseResult extends TestCaseStart {
  status: 'passed' | 'failed' | 'pending' | 'todo' | string;
  /** 1, and one more for each retry. */
  invocations?: number;
  failureMessages: string[];
  failureDetails?: unknown[] | undefined;
  [key: string]: unknown;
}

/** jest-runner's TestResult: made inside, read by Jest; ours only to pass on. */
export interface TestResult {
  testResults?: TestCaseResult[] | undefined;
  testExecError?: unknown;
  console?: unknown;
  coverage?: unknown;
  v8Coverage?: unknown;
  memoryUsage?: number;
  leaks?: boolean;
  [key: string]: unknown;
}

export interface EnvironmentConfig {
  globalConfig: GlobalConfig;
  projectConfig: ProjectConfig;
}

export interface EnvironmentContext {
  console: unknown;
  docblockPragmas: Record<string, string | string[]>;
  testPath: string;
}

/** A Jest environment. https://jestjs.io/docs/configuration#testenvironment-string */
export interface Environment {
  global: typeof globalThis & Record<PropertyKey, unknown>;
  setup(): Promise<void>;
  teardown(): Promise<void>;
  getVmContext(): unknown;
  handleTestEvent?(event: { name: string }, state: unknown): void | Promise<void>;
  exportConditions?(): string[];
}

export type EnvironmentClass = new (
  config: EnvironmentConfig,
  context: EnvironmentContext,
) => Environment;

export type TestFramework = (
  globalConfig: GlobalConfig,
  projectConfig: ProjectConfig,
  environment: Environment,
  runtime: Runtime,
  testPath: string,
  sendMessageToJest?: SendMessageToJest,
) => Promise<TestResult>;

export interface Runtime {
  _resolver?: { _moduleMap?: ModuleMap };
  _resolution?: { resolver?: { _moduleMap?: ModuleMap } };
  _coverageOptions?: RunnerContext;
  getAllCoverageInfoCopy(): unknown;
  getAllV8CoverageInfoCopy(): unknown;
}

/** The class that jest-runner exports. */
export type TestRunnerClass = new (
  globalConfig: GlobalConfig,
  context: RunnerContext,
) => {
  runTests(tests: Test[], watcher: Watcher, options: { serial: boolean }): Promise<void>;
  on(eventName: string, listener: (payload: never) => unknown): () => void;
};
