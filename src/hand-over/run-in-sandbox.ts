import { mkdirSync } from 'node:fs';
import inspector from 'node:inspector';
import { encode } from '../channel/encode';
import { unpackError } from '../channel/errors';
import { readLines } from '../channel/lines';
import type { Answer, FromTestProcess, RunFile, RunTimes } from '../channel/messages';
import { SandboxError } from '../errors/sandbox-error';
import type { TestResult } from '../jest/types';
import { killOnDisconnect } from '../launch/kill-on-disconnect';
import { openSandbox, type Sandbox, type SandboxEnd } from '../launch/open-sandbox';
import { neededPaths } from '../options/files/needed-paths';
import { isJoined } from '../options/namespaces/options';
import { type SandboxSpec, toSandboxSpec } from '../options/sandbox-spec';
import { micros } from '../text/micros';
import { type DebugPort, openDebugPort } from './debug-port';
import { endedTooEarly } from './ended-too-early';
import { EventQueue } from './event-queue';
import { type FileRun, toRunFile } from './file-run';
import { chooseStrategy, type LaunchStrategy } from './launch-strategy';
import { limitSentences } from './limits';
import { type NodeCommand, nodeCommand } from './node-command';
import { tellFallbacks, tellLeft, tellMissing, tellOfFile, tellOnce } from './notices';
import { showOpenHandles } from './open-handles';
import { explainRefusal } from './other-user';
import { parseMessage } from './parse-message';
import { printConsole } from './print-console';
import { Progress } from './progress';
import { relayOutput } from './relay-output';
import { traceSentence } from './trace';
import { unfinishedResult } from './unfinished-result';

/** After the result the test process has this long to exit by itself: jest-worker's figure. */
const EXIT_GRACE_MS = 500;

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
  await chooseStrategy(spec, command, toRunFile(run, spec, undefined), run.options.launch);
}

/** The first half of `runInSandbox`: nothing of the file runs yet. */
export async function openForFile(run: FileRun): Promise<WaitingFile> {
  const spec = toSpec(run);
  const command = nodeCommand(run.jest, run.workerId, run.options);
  const debug = await openDebugPort(run.workerId, hasOwnNetwork(spec));
  const file = toRunFile(run, spec, debug?.request);
  const strategy = await chooseStrategy(spec, command, file, run.options.launch);
  const launch = { spec, command, file, debug };
  const opened = launchTestProcess(run, launch, strategy);
  return { run: (workerId) => runWaiting(run, launch, opened, workerId) };
}

async function runWaiting(
  run: FileRun,
  launch: Launch,
  opened: Launched,
  workerId: string,
): Promise<TestResult> {
  let attempt = await handOver(run, launch, opened, workerId);
  const reason = opened.strategy.name === 'fork' ? whyAgain(attempt) : undefined;
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
    const sandbox = openSandbox(spec, { ...command, debugFd: debug?.fd, copyOf });
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
  { command, file, debug }: Launch,
  { strategy, sandbox, asked }: Launched,
  workerId: string,
): Promise<Attempt> {
  const asProcess = { env: command.env, execArgv: command.flags };
  const request = { ...file, workerId, ...(strategy.name === 'fork' && { asProcess }) };
  sandbox.channel.write(encode(request));
  const progress = new Progress();
  // Who stands at a breakpoint takes the time it takes.
  const timeout = debug ? false : run.options.timeout;
  const followed = await follow(sandbox, run, progress, timeout);
  if (process.env.NS_JEST_TRACE) {
    const trace = { asked, ...(await sandbox.opened)?.micros, ...followed.times, ended: micros() };
    const why = strategy.name === 'exec' ? `exec, as ${strategy.reason}` : strategy.name;
    tellOfFile([traceSentence(why, trace)], run.projectConfig.rootDir, run.testPath);
  }
  return { ...followed, progress };
}

/** How a process ends that was broken, and not told to. signal(7) */
const FAULTS = ['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGTRAP', 'SIGFPE', 'SIGABRT'];

/** Why a copy's end may be the strategy's fault and not the file's. */
function whyAgain({ answer, end, passedLimit }: Attempt): string | undefined {
  if (answer !== undefined || passedLimit !== undefined) return undefined;
  if (end.error?.facts.step === 'copy fork server') return end.error.message;
  if (end.signal === null || !FAULTS.includes(end.signal)) return undefined;
  return `the test process, a copy of the fork server, was killed by ${end.signal}`;
}

/** The file's result, or the error that it ended with; what is to be said beside it is said. */
function conclude(
  run: FileRun,
  spec: SandboxSpec,
  { answer, end, passedLimit, progress }: Attempt,
): TestResult {
  if (!run.isInterrupted?.()) {
    tellMissing(end);
    tellFallbacks(end);
    tellOnce([...spec.ids.notices, ...spec.limits.notices]);
    tellOfFile(limitSentences(end, run.options.cgroup), run.projectConfig.rootDir, run.testPath);
    tellLeft(end, run.projectConfig.rootDir, run.testPath);
  }
  if (answer === undefined) {
    const error = endedTooEarly(end, progress, run, passedLimit);
    if (progress.hasBegun) return unfinishedResult(run, progress, error);
    // Of a file without tests Jest takes the error only.
    if (!run.isInterrupted?.()) printConsole(progress.console, run);
    throw error;
  }
  return resultOf(answer, progress, spec);
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

function hasOwnNetwork({ namespaces, joins }: SandboxSpec): boolean {
  return namespaces.includes('net') || joins.some(({ name }) => name === 'net');
}

interface Followed {
  answer: Answer | undefined;
  end: SandboxEnd;
  /** The limit, in milliseconds, at which the file was ended. */
  passedLimit: number | undefined;
  times: Partial<RunTimes> & { answered?: number };
}

/** Passes on what the file says and prints, until all inside has ended. */
async function follow(
  sandbox: Sandbox,
  run: FileRun,
  progress: Progress,
  timeout: number | false,
): Promise<Followed> {
  const forget = killOnDisconnect(sandbox);
  relayOutput(sandbox);

  let passedLimit: number | undefined;
  const endAtLimit = (limit: number) => {
    passedLimit = limit;
    sandbox.kill();
  };
  let timer = timeout === false ? undefined : setTimeout(endAtLimit, timeout, timeout);

  const events = new EventQueue(run.sendMessageToJest);
  let answer: Answer | undefined;
  let times: Followed['times'] = {};
  readLines(sandbox.channel, (line) => {
    const message = parseMessage(line, run);
    if (message === undefined) return;
    if (isAnswer(message)) {
      // What is said in the time that is left to end in comes too late.
      if (answer !== undefined || passedLimit !== undefined) return;
      answer = message;
      times = { ...('times' in message ? message.times : {}), answered: micros() };
      clearTimeout(timer);
      timer = setTimeout(sandbox.kill, EXIT_GRACE_MS);
    } else {
      progress.note(message);
      if (message.type === 'open-handles') showOpenHandles(message.handles);
      if (message.type === 'test-event') events.send(message);
    }
  });

  const end = await sandbox.ended;
  forget();
  clearTimeout(timer);
  // Closed from here: the lifeline would otherwise keep Jest itself alive.
  sandbox.kill();
  await events.settled();
  return { answer, end, passedLimit, times };
}

const ANSWERS: Record<Answer['type'], true> = {
  'file-succeeded': true,
  'file-failed': true,
  'not-isolated': true,
};

function isAnswer(message: FromTestProcess): message is Answer {
  return Object.hasOwn(ANSWERS, message.type);
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
