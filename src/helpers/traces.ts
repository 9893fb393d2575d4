import { processWide } from '../native/load';
import type { Trace } from '../traces/kinds';
import { tracesSince } from '../traces/look';

/**
 * What is in this sandbox that was not there when the test file started: processes, mounts, IPC objects,
 * sockets that listen, interfaces, addresses and routes, of the namespaces that are its own.
 *
 * @throws Error if this process is not in a sandbox.
 */
function list(): Trace[] {
  const { start } = processWide();
  if (start === undefined) {
    throw new Error(
      'This process is not in a sandbox, so what it started with is not known. ' +
        "Run the test file with testEnvironment: 'ns-jest'.",
    );
  }
  return tracesSince(start);
}

export const traces = { list };
