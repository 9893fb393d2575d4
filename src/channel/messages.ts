/**
 * Every message that crosses the border, both ways. Jest's own values travel as JSON, as they do
 * between Jest and its workers.
 */
import type { NamespaceName } from '../namespaces';
import type { SandboxFacts } from '../native/sandbox-facts';

/** Jest to test process: the one file to run. */
export interface RunFile {
  type: 'run-file';
  testPath: string;
  globalConfig: unknown;
  projectConfig: unknown;
  /** jest-haste-map's serialised module map. */
  moduleMap: unknown;
  context: {
    changedFiles: string[] | null;
    sourcesRelatedToTestsInChangedFiles: string[] | null;
  };
  /** The folder of the project's own jest-runner package. */
  jestRunnerDirectory: string;
  baseEnvironment: string;
  baseEnvironmentOptions: Record<string, unknown>;
  /** Under the runner: the module of the environment that the file asks for, where it is not ours. */
  otherEnvironment?: string | undefined;
  exposeGlobal: boolean;
  workerId: string;
  sandbox: SandboxFacts;
  /** Namespaces that were only to be tried: which of them were had is seen inside. */
  tried: NamespaceName[];
}

/** What Jest's runner tells while a file runs ('test-case-start', 'test-case-result'). */
export interface TestEvent {
  type: 'test-event';
  name: string;
  payload: unknown[];
}

/** The file ran: jest-runner's TestResult. */
export interface FileSucceeded {
  type: 'file-succeeded';
  result: unknown;
}

/** The file could not be run: what plain Jest would print for it. */
export interface FileFailed {
  type: 'file-failed';
  error: { message: string; stack?: string | undefined; code?: string | undefined };
}

/** A namespace that was asked for is the host's after all. */
export interface NotIsolated {
  type: 'not-isolated';
  namespaces: string[];
}

export type ToTestProcess = RunFile;
export type FromTestProcess = TestEvent | FileSucceeded | FileFailed | NotIsolated;
