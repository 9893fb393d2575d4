import inspector from 'node:inspector';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { DebugRequest } from '../channel/messages';
import type { DebugThread } from './debug-thread';

const HOST = '127.0.0.1';

/**
 * Opens the inspector of this process. For --inspect-brk it waits until a debugger is there, and makes
 * it stop on the first line of the test file.
 */
export async function openDebugger(
  debug: DebugRequest,
  testPath: string,
  relayFd: number,
): Promise<void> {
  inspector.open(debug.port, HOST);
  // A thread of its own: this one stands still at a breakpoint.
  const workerData: DebugThread = {
    port: debug.port,
    host: HOST,
    relay: debug.relayed ? relayFd : undefined,
    stopIn: debug.stopInFile ? testPath : undefined,
  };
  const thread = new Worker(path.join(__dirname, 'debug-thread.js'), { workerData });
  await new Promise((resolve, reject) => {
    thread.once('message', resolve);
    thread.once('error', reject);
  });
  thread.unref();
  if (debug.stopInFile) inspector.waitForDebugger();
}
