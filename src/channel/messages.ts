/**
 * Every message that crosses the border, both ways. Jest's own values travel as structured clones, as
 * they do between Jest and its workers.
 */
import type { NamespaceName } from '../namespaces';
import type { SandboxFacts } from '../native/sandbox-facts';
import type { Trace } from '../traces/kinds';
import type { Keep } from './is-to-stay';

/** When the test process began and ended with the file, in microseconds of CLOCK_MONOTONIC. */
export interface RunTimes {
  received: number;
  ran: number;
  /** Whether the file's environment was made ahead, in the fork server. */
  madeAhead: boolean;
}

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
  /** Whether to tell what the file leaves in its sandbox. */
  tellsLeft: boolean;
  workerId: string;
  keep: Keep;
  sandbox: SandboxFacts;
  /** Namespaces that were only to be tried: which of them were had is seen inside. */
  tried: NamespaceName[];
  /** Of a copy of the fork server, which has the server's: its environment and flags. */
  asProcess?: AsProcess | undefined;
  /** Set when Jest itself is being debugged: then the test process can be, too. */
  debug?: DebugRequest | undefined;
}

/** What a copy of the fork server is not by itself. */
export interface AsProcess {
  env: NodeJS.ProcessEnv;
  execArgv: string[];
  /** Whether it has Jest's own environment and directory, and the host's project: a module becomes the same for all. */
  isLikeOthers: boolean;
}

/** Jest to the fork server: what to be warm for, said as a file of that kind. */
export interface ForkServerOrder {
  warmUp: RunFile;
  /** Of the files to come, by its name: to be loaded, and not made. */
  environment: string;
  /** Where to keep what the self-check found. */
  folder: string;
  /** The test files of that kind that are known, in the order in which they will run. */
  toCome: string[];
  /** Whether nothing of the project is in Jest's cache yet. */
  cacheIsNew: boolean;
}

/** Fork server to Jest: it is warm, or why there are to be no copies of it. */
export interface ForkServerAnswer {
  refusal: string | undefined;
}

/** How the test process opens its inspector. */
export interface DebugRequest {
  /** Port of the inspector inside, on 127.0.0.1. */
  port: number;
  /** Wait for a debugger, and stop on the first line of the test file: --inspect-brk. */
  stopInFile: boolean;
  /** Connections to the host's port of that number arrive on a descriptor. */
  relayed: boolean;
}

/** The first message of a copy of the fork server: it lives, and has its file. Nothing of that has run yet. */
export interface Begun {
  type: 'begun';
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
  times?: RunTimes;
}

/** Something was logged with Jest's buffered console, which prints it when the file has ended. */
export interface ConsoleOutput {
  type: 'console';
  /** Jest's LogEntry. */
  entry: unknown;
}

/** With --detectOpenHandles: what the file left open, and what that was made by, in order of making. */
export interface OpenHandles {
  type: 'open-handles';
  handles: OpenHandle[];
}

/** An async resource of the file. async_hooks */
export interface OpenHandle {
  id: number;
  /** Such as "TCPSERVERWRAP". */
  resource: string;
  stack: string;
  /** The id of the resource that made it, where that is among these. */
  trigger?: number | undefined;
  isOpen: boolean;
}

/** A test has ended, and these processes are there since it. */
export interface Since {
  type: 'since';
  /** The test's, behind those of its groups. */
  title: string;
  pids: number[];
}

/** The file has ended, and has left this in its sandbox. Processes are told by ns-init. */
export interface Left {
  type: 'left';
  traces: Trace[];
  /** The test process. */
  pid: number;
}

/** The file could not be run: what was thrown, packed, of which plain Jest makes its message. */
export interface FileFailed {
  type: 'file-failed';
  error: unknown;
  times?: RunTimes;
}

/** A namespace that was asked for is the host's after all, or not the one to be joined. */
export interface NotIsolated {
  type: 'not-isolated';
  namespaces: string[];
}

export type ToTestProcess = RunFile;
/** How it goes, while the file runs. */
export type Report = Begun | TestEvent | ConsoleOutput | OpenHandles | Since | Left;
/** The last message. */
export type Answer = FileSucceeded | FileFailed | NotIsolated;
export type FromTestProcess = Report | Answer;
