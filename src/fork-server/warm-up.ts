/** One real pass: a file of ours is run as the project's files will be, so that copies start with all of it loaded. */
import { readdirSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { RunFile } from '../channel/messages';
import type { ProjectConfig } from '../jest/types';
import { runTestFile } from '../test-process/run-test-file';
import { keepCode } from './code-cache';

/** Loads and runs. Returns why this process is not to be copied, if it is not. */
export async function warmUp(request: RunFile): Promise<string | undefined> {
  const threads = await threadsOfNode();
  // What keeps this file from running, such as a global that is missing, the project's files tell themselves.
  await keepCode(() => runTestFile(request, () => {}, leaveOutProject));
  const started = countThreads() - threads;
  if (started > 0) return `what the project loads has started threads of its own (${started})`;
  collectGarbage();
  return undefined;
}

/**
 * What the project wants to be run around its tests is for sandboxes. Emptied only here: Jest's caches tell
 * configurations apart by their text, which it has taken by now.
 */
function leaveOutProject(_environment: unknown, config: ProjectConfig): void {
  for (const name of ['setupFiles', 'setupFilesAfterEnv', 'snapshotSerializers']) {
    const list = config[name];
    if (Array.isArray(list)) list.length = 0;
  }
}

/** How many threads Node has by itself, those of libuv's pool among them: the first use starts them all. */
async function threadsOfNode(): Promise<number> {
  await stat('/');
  return countThreads();
}

function countThreads(): number {
  return readdirSync('/proc/self/task').length;
}

/** A small, tidy heap: each copy is made of its pages. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  gc();
  gc();
}
