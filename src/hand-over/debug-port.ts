/** `node --inspect` or `--inspect-brk` reaches the test process: through a port of the host's. */
import inspector from 'node:inspector';
import { createServer, type Server } from 'node:net';
import type { DebugRequest } from '../channel/messages';
import { SandboxError } from '../errors/sandbox-error';

const HOST = '127.0.0.1';

/** A port on which a debugger can reach one test process. */
export interface DebugPort {
  request: DebugRequest;
  /** The descriptor that accepts connections, where the sandbox has a network of its own. */
  fd: number | undefined;
  /** To be called when the sandbox has the descriptor: what connects is for it alone. */
  close(): void;
}

/**
 * Opens the port that follows Jest's own, by as many as the worker's id. Undefined where Jest is not
 * being debugged.
 *
 * @throws SandboxError when the port is in use.
 */
export async function openDebugPort(
  workerId: string,
  hasOwnNetwork: boolean,
): Promise<DebugPort | undefined> {
  const url = inspector.url();
  if (url === undefined) return undefined;
  const port = Number(new URL(url).port) + Number(workerId);
  const request = { port, stopInFile: isAskedToStop(), relayed: hasOwnNetwork };
  if (!hasOwnNetwork) return { request, fd: undefined, close: () => {} };
  const server = await listen(port);
  // Node knows the descriptor, and tells it nowhere else.
  const { fd } = (server as unknown as { _handle: { fd: number } })._handle;
  return { request, fd, close: () => server.close() };
}

function isAskedToStop(): boolean {
  return [...process.execArgv, ...(process.env.NODE_OPTIONS ?? '').split(' ')].some((flag) =>
    flag.startsWith('--inspect-brk'),
  );
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        new SandboxError(`Could not open port ${port} for a debugger: ${error.message}`, {
          step: 'open debugger port',
          subject: String(port),
          ...(error.code === undefined ? {} : { code: error.code }),
          fix: 'Run one file at a time (--runInBand), or debug Jest on another port: node --inspect=9300',
        }),
      );
    });
    server.listen({ port, host: HOST }, () => resolve(server));
  });
}
