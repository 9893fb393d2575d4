import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { readJsonLines, toJsonLine } from '../channel/json-lines';
import type { FromTestProcess, RunFile } from '../channel/messages';
import { SandboxError } from '../errors/sandbox-error';
import { namespaces } from '../helpers/namespaces';
import type { JestPackages } from '../jest/find-jest';
import type {
  GlobalConfig,
  ModuleMap,
  ProjectConfig,
  RunnerContext,
  SendMessageToJest,
  TestResult,
} from '../jest/types';
import { openSandbox, type Sandbox, type SandboxEnd } from '../launch/open-sandbox';
import { neededPaths } from '../options/needed-paths';
import type { CheckedOptions } from '../options/options';
import { type SandboxSpec, toSandboxSpec } from '../options/sandbox-spec';
import { nodeCommand } from './node-command';

/** After the result the test process has this long to exit by itself: jest-worker's figure. */
const EXIT_GRACE_MS = 500;

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
}

/** What a file answered, if it did. */
type Answer = { result: TestResult } | { error: Error };

/**
 * Runs one test file in a sandbox of its own and returns what Jest's own runner, inside, said of it.
 *
 * @throws SandboxError when the sandbox could not be opened, was not isolated, or ended before the file.
 * @throws what plain Jest throws for a file that cannot be run.
 */
export async function runInSandbox(run: FileRun): Promise<TestResult> {
  // A covered cache folder can only be kept if it is there.
  mkdirSync(run.projectConfig.cacheDirectory, { recursive: true });
  const needed = neededPaths(run.globalConfig, run.projectConfig, [run.jest.runnerDirectory]);
  const spec = toSandboxSpec(run.options, {
    folders: needed.folders,
    others: [...needed.others, run.options.baseEnvironment],
  });
  const sandbox = openSandbox(spec, nodeCommand(run.jest, run.workerId));
  run.onOpen?.(sandbox);
  // A worker of Jest's outlives a Jest that is killed, until its file has ended. The sandbox does not.
  process.once('disconnect', sandbox.kill);
  sandbox.stdout.on('data', (chunk) => process.stdout.write(chunk));
  sandbox.stderr.on('data', (chunk) => process.stderr.write(chunk));

  let answer: Answer | undefined;
  let grace: NodeJS.Timeout | undefined;
  readJsonLines<FromTestProcess | null>(sandbox.channel, (message) => {
    if (message?.type === 'test-event') {
      run.sendMessageToJest?.(message.name, message.payload);
      return;
    }
    // A test can write to any descriptor of its process. What is no answer is none of ours.
    answer ??= toAnswer(message);
    if (answer !== undefined) grace ??= setTimeout(sandbox.kill, EXIT_GRACE_MS);
  });
  sandbox.channel.write(toJsonLine(toRunFile(run, spec)));

  const end = await sandbox.ended;
  process.off('disconnect', sandbox.kill);
  clearTimeout(grace);
  // Closed from here: the lifeline would otherwise keep Jest itself alive.
  sandbox.kill();
  if (answer === undefined) throw endedTooEarly(end, run.testPath);
  tellMissing(end.missing);
  tellLeft(end, run);
  if ('error' in answer) throw answer.error;
  return answer.result;
}

const toldMissing = new Set<string>();

/** Said once, not once a file: a namespace that was only to be tried could not be had. */
function tellMissing(missing: SandboxEnd['missing']): void {
  for (const { name, code } of missing) {
    if (toldMissing.has(name)) continue;
    toldMissing.add(name);
    process.stderr.write(
      `ns-jest: the ${name} namespace could not be had (${code}): files share the host's\n`,
    );
  }
}

function tellLeft({ exited }: SandboxEnd, { testPath, projectConfig }: FileRun): void {
  if (exited === undefined || exited.left.length === 0) return;
  const commands = exited.left.map(({ command }) => `  ${command}\n`).join('');
  const file = path.relative(projectConfig.rootDir, testPath);
  process.stderr.write(`ns-jest: ${file} left processes running, which were killed:\n${commands}`);
}

function toRunFile(run: FileRun, spec: SandboxSpec): RunFile {
  const list = (files: Set<string> | undefined) => (files ? [...files] : null);
  return {
    type: 'run-file',
    testPath: run.testPath,
    globalConfig: run.globalConfig,
    projectConfig: run.projectConfig,
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
    workerId: run.workerId,
    tried: spec.tryNamespaces,
    sandbox: {
      hostNamespaces: namespaces.ids(),
      asked: spec.namespaces,
      ...(spec.hostname === undefined ? {} : { hostname: spec.hostname }),
    },
  };
}

function toAnswer(
  message: Exclude<FromTestProcess, { type: 'test-event' }> | null,
): Answer | undefined {
  switch (message?.type) {
    case 'file-succeeded':
      return { result: message.result as TestResult };
    case 'file-failed':
      return { error: Object.assign(new Error(message.error.message), message.error) };
    case 'not-isolated':
      return {
        error: new SandboxError(
          `The sandbox is not isolated: inside, these namespaces are the host's: ${message.namespaces.join(', ')}`,
          { step: 'verify isolation', subject: message.namespaces.join(', ') },
        ),
      };
    default:
      return undefined;
  }
}

/** The test process is gone and never said how the file went. */
function endedTooEarly(end: SandboxEnd, testPath: string): Error {
  if (end.error) return end.error;
  return new SandboxError(
    end.signal
      ? `The test process was killed by ${end.signal} while running ${testPath}`
      : `The test process exited with code ${end.exitCode} before ${testPath} had finished`,
    { step: 'run the file', subject: testPath, code: end.signal ?? `${end.exitCode}` },
  );
}
