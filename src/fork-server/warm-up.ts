/** One real pass: a file of ours is run as the project's files will be, so that copies start with all of it loaded. */
import { readdirSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { ForkServerOrder, RunFile } from '../channel/messages';
import { jestFrom } from '../jest/find-jest';
import type { ProjectConfig } from '../jest/types';
import { callNative } from '../native/load';
import { loadForFile, runTestFile } from '../test-process/run-test-file';
import type { CodeCache } from './code-cache';
import type { ReadyEnvironment } from './ready-environment';
import { unmapStackTraces } from './source-maps';
import type { TransformAhead } from './transform-ahead';

/** Loads and runs. Returns why this process is not to be copied, if it is not. */
export async function warmUp(
  order: ForkServerOrder,
  code: CodeCache,
  ready: ReadyEnvironment,
  ahead: TransformAhead,
): Promise<string | undefined> {
  const threads = await threadsOfNode();
  const countStarted = () => countThreads() - threads;
  await code.keepFrom(async () => {
    await loadForFile(order.warmUp, order.environment).catch(() => {});
    if (countStarted() === 0) await ahead.beginEarly();
    await runOnce(order.warmUp, ready);
  });
  const started = countStarted();
  if (started > 0) return `what the project loads has started threads of its own (${started})`;
  return undefined;
}

/**
 * What keeps this file from running, such as a global that is missing, the project's files tell themselves.
 * Modules print when they are loaded, which is now. What is printed of the file itself is for nobody.
 */
async function runOnce(request: RunFile, ready: ReadyEnvironment): Promise<void> {
  const putBack: (() => void)[] = [];
  const runFile = async () => {
    await runTestFile(request, () => {}, {
      onEnvironment: (_environment, config) => putBack.push(leaveOutProject(config)),
    });
    for (const each of putBack) each();
  };
  await silently(() => ready.makeAfter(runFile, request));
  unmapStackTraces(jestFrom(request.jestRunnerDirectory));
}

/** But for Node's own warnings, which come once a process: a copy would not give them any more. */
async function silently(run: () => Promise<unknown>): Promise<void> {
  const streams = [process.stdout, process.stderr];
  const writes = streams.map(({ write }) => write);
  const listeners = process.listeners('warning');
  const warnings: Error[] = [];
  process.removeAllListeners('warning');
  process.on('warning', (warning) => warnings.push(warning));
  for (const stream of streams) stream.write = () => true;
  try {
    await run();
  } finally {
    for (const [index, stream] of streams.entries())
      stream.write = writes[index] as typeof stream.write;
    process.removeAllListeners('warning');
    for (const listener of listeners) process.on('warning', listener);
  }
  for (const warning of warnings.filter(isNodes)) process.emit('warning', warning);
}

function isNodes({ name }: Error): boolean {
  return name === 'ExperimentalWarning' || name === 'DeprecationWarning';
}

/**
 * What the project wants to be run around its tests is for sandboxes. Emptied only here: Jest's caches tell
 * configurations apart by their text, which it has taken by now. Returns what puts it back.
 */
function leaveOutProject(config: ProjectConfig): () => void {
  const names = ['setupFiles', 'setupFilesAfterEnv', 'snapshotSerializers'];
  const lists = names.map((name) => config[name]).filter(Array.isArray);
  const taken = lists.map((list) => list.splice(0));
  return () => {
    for (const [index, list] of lists.entries()) list.push(...(taken[index] ?? []));
  };
}

/** How many threads Node has by itself, those of libuv's pool among them: the first use starts them all. */
async function threadsOfNode(): Promise<number> {
  await stat('/');
  return countThreads();
}

/** Without ours, which come with V8's first work. */
function countThreads(): number {
  return readdirSync('/proc/self/task').length - callNative('copyThreads', []);
}
