import type { DebugRequest, RunFile } from '../channel/messages';
import { namespaces } from '../helpers/namespaces';
import type { JestPackages } from '../jest/find-jest';
import type {
  GlobalConfig,
  ModuleMap,
  ProjectConfig,
  RunnerContext,
  SendMessageToJest,
} from '../jest/types';
import type { Sandbox } from '../launch/open-sandbox';
import type { CheckedOptions } from '../options/options';
import type { SandboxSpec } from '../options/sandbox-spec';
import { withOwnCache } from './other-user';

/** One test file and all that is needed to run it. */
export interface FileRun {
  testPath: string;
  globalConfig: GlobalConfig;
  projectConfig: ProjectConfig;
  moduleMap: ModuleMap;
  context: RunnerContext;
  options: CheckedOptions;
  /** The module of the environment that the file asks for, where it is not ours. */
  otherEnvironment?: string | undefined;
  jest: JestPackages;
  workerId: string;
  sendMessageToJest?: SendMessageToJest | undefined;
  /** Told the sandbox as soon as it is open, so that it can be killed. */
  onOpen?: (sandbox: Sandbox) => void;
  /** The test files of the same project from this one on, in the order in which they will run. */
  toCome?: () => string[];
  /** Whether the run has been interrupted: then nobody wants to read of this file. */
  isInterrupted?: () => boolean;
}

/** The file as the test process is told it. */
export function toRunFile(
  run: FileRun,
  spec: SandboxSpec,
  debug: DebugRequest | undefined,
): RunFile {
  const list = (files: Set<string> | undefined) => (files ? [...files] : null);
  return {
    type: 'run-file',
    testPath: run.testPath,
    globalConfig: run.globalConfig,
    projectConfig: withOwnCache(run.projectConfig, spec),
    moduleMap: run.moduleMap.toJSON(),
    context: {
      changedFiles: list(run.context.changedFiles),
      sourcesRelatedToTestsInChangedFiles: list(run.context.sourcesRelatedToTestsInChangedFiles),
    },
    jestRunnerDirectory: run.jest.runnerDirectory,
    baseEnvironment: run.options.baseEnvironment,
    baseEnvironmentOptions: run.options.baseEnvironmentOptions,
    otherEnvironment: run.otherEnvironment,
    exposeGlobal: run.options.global,
    tellsLeft: run.options.leaks !== 'ignore' || run.options.keep !== 'never',
    workerId: run.workerId,
    keep: run.options.keep,
    tried: spec.tryNamespaces,
    debug,
    sandbox: {
      hostNamespaces: namespaces.ids(),
      asked: spec.namespaces,
      joined: Object.fromEntries(spec.joins.map(({ name, inode }) => [name, inode])),
      ...(spec.network.hostname === undefined ? {} : { hostname: spec.network.hostname }),
    },
  };
}
