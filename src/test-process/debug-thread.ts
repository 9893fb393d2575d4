/** A thread beside the file that is being debugged: it goes on while the file stands still. */
import { Session } from 'node:inspector';
import net from 'node:net';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';

/** What the thread is to do. */
export interface DebugThread {
  /** The inspector of this process. */
  port: number;
  host: string;
  /** The descriptor of the host's port, if what connects there is to be handed on. */
  relay: number | undefined;
  /** The file in which to stop. */
  stopIn: string | undefined;
}

async function main({ port, host, relay, stopIn }: DebugThread): Promise<void> {
  if (relay !== undefined) await handOn(relay, port, host);
  if (stopIn !== undefined) await stopOnFirstLine(stopIn);
  parentPort?.postMessage('ready');
}

/** A socket belongs to the network it was made in: this one accepts on the host. */
function handOn(fd: number, port: number, host: string): Promise<void> {
  const server = net.createServer((outside) => {
    const inside = net.connect(port, host);
    outside.pipe(inside).pipe(outside);
    outside.on('error', () => inside.destroy());
    inside.on('error', () => outside.destroy());
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ fd }, resolve);
  });
}

async function stopOnFirstLine(file: string): Promise<void> {
  const session = new Session();
  session.connectToMainThread();
  const post = (method: string, parameters?: object) =>
    new Promise<void>((resolve, reject) => {
      session.post(method, parameters, (error) => (error ? reject(error) : resolve()));
    });
  await post('Debugger.enable');
  await post('Debugger.setBreakpointByUrl', { url: pathToFileURL(file).href, lineNumber: 0 });
}

main(workerData as DebugThread).catch((error) => {
  throw error;
});
