import { mkdirSync } from 'node:fs';
import inspector from 'node:inspector';
import { encode } from '../channel/encode';
import { unpackError } from '../channel/errors';
import type { Answer, RunFile } from '../channel/messages';
import { SandboxError } from '../errors/sandbox-error';
import type { TestResult } from '../jest/types';
import { openSandbox, type Sandbox } from '../launch/open-sandbox';
import { isAtOrBelow, resolved } from '../options/files/kept-paths';
import { neededPaths } from '../options/files/needed-paths';
import { isJoined } from '../options/namespaces/options';
import { type SandboxSpec, toSandboxSpec } from '../options/sandbox-spec';
import { micros } from '../text/micros';
import { withFailedTest } from './added-failure';
import { type DebugPort, openDebugPort } from './debug-port';
import { endedTooEarly } from './ended-too-early';
import { type FileRun, toRunFile } from './file-run';
import { type Followed, follow, isFault } from './follow';
import { noteKept, tellKept } from './kept';
import { chooseStrategy, giveUpOn, isLikeOutside, type LaunchStrategy } from './launch-strategy';
import { type LeftBehind, leftBehind } from './left-behind';
import { limitSentences } from './limits';
import { type NodeCommand, nodeCommand } from './node-command';
import { tellFallbacks, tellLeft, tellMissing, tellOfFile, tellOnce } from './notices';
import { explainRefusal } from './other-user';
import { printConsole } from './print-console';
import { Progress } from './progress';
import { traceSentence } from './trace';
import { unfinishedResult } from './unfinished-result';

/**
 * Runs one test file in a sandbox of its own and returns what Jest's own runner, inside, said of it.
 * If the test process ends too early, the result says how far the file came.
 *
 * @throws SandboxError when the sandbox could not be opened, was not isolated, or ended before it told
 * of a test.
 * @throws what plain Jest throws for a file that cannot be run.
 */
export async function runInSandbox(run: FileRun): Promise<TestResult> {
  return (await openForFile(run)).run(run.workerId);
}

/** A sandbox in which the file's test process waits for it. */
export interface WaitingFile {
  /** Hands the file over, once; it resolves and throws as `runInSandbox` does. */
  run(workerId: string): Promise<TestResult>;
}

/** Whether a sandbox can be opened before its turn: nothing outside may depend on when that is. */
export function mayOpenAhead({ options }: Pick<FileRun, 'options'>): boolean {
  if (inspector.url() !== undefined) return false;
  const { network, publish, cgroup, root, mounts, bind, namespaces } = options;
  return (
    network.uplink === undefined &&
    publish.length === 0 &&
    cgroup === undefined &&
    root.kind === 'host' &&
    mounts.length === 0 &&
    bind.length === 0 &&
    !Object.values(namespaces).some(isJoined)
  );
}

/** Starts what files like this one are launched from, if that is anything, before the first is to be run. */
export async function prepareLaunch(run: FileRun): Promise<void> {
  if (inspector.url() !== undefined) return;
  const spec = toSpec(run);
  const command = nodeCommand(run.jest, run.workerId, run.options);
  await chooseStrategy(toLaunch(run, spec, command, toRunFile(run, spec, undefined)));
}

/** The first half of `runInSandbox`: nothing of the file runs yet. */
export async function openForFile(run: FileRun): Promise<WaitingFile> {
  const spec = toSpec(run);
  const command = nodeCommand(run.jest, run.workerId, run.options);
  const debug = await openDebugPort(run.workerId, hasOwnNetwork(spec));
  const file = toRunFile(run, spec, debug?.request);
  const strategy = await chooseStrategy(toLaunch(run, spec, command, file));
  const launch = { spec, command, file, debug };
  const opened = launchTestProcess(run, launch, strategy);
  return { run: (workerId) => runWaiting(run, launch, opened, workerId) };
}

function toLaunch(run: FileRun, spec: SandboxSpec, command: NodeCommand, file: RunFile) {
  const { launch } = run.options;
  return { spec, command, file, launch, toCome: () => run.toCome?.() ?? [] };
}

async function runWaiting(
  run: FileRun,
  launch: Launch,
  opened: Launched,
  workerId: string,
): Promise<TestResult> {
  let attempt = await handOver(run, launch, opened, workerId);
  const { strategy } = opened;
  if (strategy.name === 'fork' && hasHungUp(attempt)) giveUpOn(strategy.server);
  const reason = strategy.name === 'fork' ? whyAgain(attempt) : undefined;
  if (reason !== undefined && !run.isInterrupted?.()) {
    tellOfFile([`${reason}; it is run again by exec`], run.projectConfig.rootDir, run.testPath);
    const again = launchTestProcess(run, launch, { name: 'exec', reason });
    attempt = await handOver(run, launch, again, workerId);
  }
  return conclude(run, launch.spec, attempt);
}

/** All that is the same for each way to launch the file. */
interface Launch {
  spec: SandboxSpec;
  command: NodeCommand;
  file: RunFile;
  debug: DebugPort | undefined;
}

interface Launched {
  strategy: LaunchStrategy;
  sandbox: Sandbox;
  asked: number;
}

/** Opens a sandbox with a test process in it. */
function launchTestProcess(
  run: FileRun,
  { spec, command, debug }: Launch,
  strategy: LaunchStrategy,
): Launched {
  const copyOf = strategy.name === 'fork' ? strategy.server : undefined;
  const asked = micros();
  try {
    const sandbox = openSandbox(spec, {
      ...command,
      debugFd: debug?.fd,
      copyOf,
      mayStay: run.options.keep !== 'never',
      label: run.testPath,
    });
    run.onOpen?.(sandbox);
    return { strategy, sandbox, asked };
  } finally {
    debug?.close();
  }
}

interface Attempt extends Followed {
  progress: Progress;
}

/** Hands the file to a test process, and follows it to its end. */
async function handOver(
  run: FileRun,
  { spec, command, file, debug }: Launch,
  { strategy, sandbox, asked }: Launched,
  workerId: string,
): Promise<Attempt> {
  const isLikeOthers =
    isLikeOutside(command, spec) && hasProjectOfHost(spec, run.projectConfig.rootDir);
  const asProcess = { env: command.env, execArgv: command.flags, isLikeOthers };
  const request = { ...file, workerId, ...(strategy.name === 'fork' && { asProcess }) };
  sandbox.channel.write(encode(request));
  const progress = new Progress();
  // Who stands at a breakpoint takes the time it takes.
  const timeout = debug ? false : run.options.timeout;
  const followed = await follow(sandbox, run, progress, timeout, strategy.name);
  if (process.env.NS_JEST_TRACE) {
    const trace = { asked, ...(await sandbox.opened)?.micros, ...followed.times, ended: micros() };
    const why = strategy.name === 'exec' ? `exec, as ${strategy.reason}` : strategy.name;
    tellOfFile([traceSentence(why, trace)], run.projectConfig.rootDir, run.testPath);
  }
  return { ...followed, progress };
}

/** Whether the copy did not take its file, or did not even tell that it is there. */
function hasHungUp({ wasSilent, end: { error } }: Attempt): boolean {
  return (
    wasSilent || (error?.facts.step === 'copy fork server' && error.facts.code === 'ETIMEDOUT')
  );
}

/** Why a copy's end may be the strategy's fault and not the file's. */
function whyAgain({ answer, end, passedLimit, wasSilent }: Attempt): string | undefined {
  if (answer !== undefined || passedLimit !== undefined) return undefined;
  if (end.error?.facts.step === 'copy fork server') return end.error.message;
  const copy = 'the test process, a copy of the fork server,';
  if (wasSilent) return `${copy} did not take its file`;
  return isFault(end.signal) ? `${copy} was killed by ${end.signal}` : undefined;
}

/** The file's result, or the error that it ended with; what is to be said beside it is said. */
function conclude(
  run: FileRun,
  spec: SandboxSpec,
  { answer, end, passedLimit, progress }: Attempt,
): TestResult {
  const left = leftBehind(end, progress);
  const fails = run.options.leaks === 'fail' && hasTests(answer);
  if (!run.isInterrupted?.()) {
    tellMissing(end);
    tellFallbacks(end);
    tellOnce([...spec.ids.notices, ...spec.limits.notices]);
    tellOfFile(limitSentences(end, run.options.cgroup), run.projectConfig.rootDir, run.testPath);
    // Of a sandbox that stays nothing was killed.
    if (run.options.leaks !== 'ignore' && !fails && end.kept === undefined)
      tellLeft(left, run.projectConfig.rootDir, run.testPath);
  }
  if (answer === undefined) {
    const error = endedTooEarly(end, progress, run, passedLimit);
    if (progress.hasBegun)
      return noteKept(end, run, progress, unfinishedResult(run, progress, error));
    // Of a file without tests Jest takes the error only.
    if (!run.isInterrupted?.()) printConsole(progress.console, run);
    tellKept(end, run, progress);
    throw error;
  }
  if (answer.type !== 'file-succeeded') tellKept(end, run, progress);
  const result = noteKept(end, run, progress, resultOf(answer, progress, spec));
  return fails ? failingOf(run, result, left) : result;
}

/** Others have failed already, or Jest says of them that they have none. */
function hasTests(answer: Answer | undefined): boolean {
  if (answer?.type !== 'file-succeeded') return false;
  return ((answer.result as TestResult).testResults ?? []).length > 0;
}

/** A file that left something has one more test, which failed. */
function failingOf(run: FileRun, result: TestResult, left: LeftBehind): TestResult {
  const lines = [...left.processes.map((line) => `process ${line}`), ...left.others];
  if (lines.length === 0) return result;
  const message = ['The file left in its sandbox:', ...lines.map((line) => `  ${line}`)];
  return withFailedTest(run, result, 'leaves nothing behind', message.join('\n'));
}

function toSpec({ globalConfig, projectConfig, jest, options }: FileRun): SandboxSpec {
  // A covered cache folder can only be kept if it is there.
  mkdirSync(projectConfig.cacheDirectory, { recursive: true });
  const needed = neededPaths(globalConfig, projectConfig, [jest.runnerDirectory]);
  return toSandboxSpec(options, {
    ...needed,
    others: [...needed.others, options.baseEnvironment],
  });
}

/** Whether the project is the host's, with nothing put over it. */
function hasProjectOfHost(
  { files: { root, tmpfs, mounts } }: SandboxSpec,
  folder: string,
): boolean {
  const targets = mounts.map(({ target }) => resolved(target) ?? target);
  return (
    ['host', 'host-readonly'].includes(root.kind) &&
    // Of a directory above it the project is kept.
    !tmpfs.some(({ path: covered }) => isAtOrBelow(resolved(covered) ?? covered, folder)) &&
    !targets.some((target) => isAtOrBelow(target, folder) || isAtOrBelow(folder, target))
  );
}

function hasOwnNetwork({ namespaces, joins }: SandboxSpec): boolean {
  return namespaces.includes('net') || joins.some(({ name }) => name === 'net');
}

/** @throws what the answer says that was thrown. */
function resultOf(answer: Answer, progress: Progress, spec: SandboxSpec): TestResult {
  switch (answer.type) {
    case 'file-succeeded':
      return {
        ...withErrors(answer.result as TestResult),
        // It came while the file ran.
        console: progress.console.length > 0 ? progress.console : undefined,
      };
    case 'file-failed':
      throw explainRefusal(unpackError(answer.error), spec);
    case 'not-isolated':
      throw new SandboxError(
        `The sandbox is not isolated: inside, these namespaces are the host's, or not the ones to be joined: ${answer.namespaces.join(', ')}`,
        { step: 'verify isolation', subject: answer.namespaces.join(', ') },
      );
  }
}

/** Reporters read the errors themselves, which were packed to get here. */
function withErrors(result: TestResult): TestResult {
  return {
    ...result,
    testExecError: unpackError(result.testExecError),
    // A custom test runner may leave these out.
    testResults: result.testResults?.map((test) => ({
      ...test,
      failureDetails: test.failureDetails?.map(unpackError),
    })),
  };
}
