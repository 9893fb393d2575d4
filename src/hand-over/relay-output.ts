import type { Readable } from 'node:stream';
import { isMainThread } from 'node:worker_threads';

/**
 * What V8 prints when a heap is full, and what jest-worker looks for: a worker that has printed this is
 * taken for one that ran out of memory, and Jest uses it no more.
 */
const OUT_OF_MEMORY = ['Last few GCs', 'allocation failure;', 'heap out of memory'];
const LONGEST = Math.max(...OUT_OF_MEMORY.map(({ length }) => length));

/** Writes what a sandbox prints on the streams of this process. */
export function relayOutput({ stdout, stderr }: { stdout: Readable; stderr: Readable }): void {
  stdout.on('data', (chunk) => process.stdout.write(chunk));
  if (isJestWorker()) relayFromWorker(stderr);
  else stderr.on('data', (chunk) => process.stderr.write(chunk));
}

function isJestWorker(): boolean {
  return isMainThread && process.send !== undefined && process.env.JEST_WORKER_ID !== undefined;
}

/** The heap that is full is the test process's, not the worker's: such words go to standard output. */
function relayFromWorker(stderr: Readable): void {
  let tail = '';
  stderr.on('data', (chunk: Buffer) => {
    const text = tail + chunk.toString('latin1');
    const isReport = OUT_OF_MEMORY.some((words) => text.includes(words));
    (isReport ? process.stdout : process.stderr).write(chunk);
    // Words may be cut in two; what went elsewhere cannot complete them.
    tail = isReport ? '' : text.slice(-LONGEST);
  });
}
