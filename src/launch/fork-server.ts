/** The fork server from Jest's side: a process that is warm, whose copies become test processes. */
import {
  type ChildProcess,
  type ChildProcessWithoutNullStreams,
  type SpawnOptions,
  spawn,
} from 'node:child_process';
import type { Socket } from 'node:net';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { decode, encode } from '../channel/encode';
import { readLines } from '../channel/lines';
import type { ForkServerAnswer, ForkServerOrder } from '../channel/messages';
import { withStreams } from '../helpers/run';
import { callNative } from '../native/load';
import { killOnDisconnect } from './kill-on-disconnect';

const MAIN = path.join(__dirname, '..', 'fork-server', 'main.js');

/** One request, one message. socket(2) */
const SOCK_SEQPACKET = 5;

/** A copy's command line is written over the server's, and is a little longer. */
const ROOM = '-'.repeat(32);

/** A fork server that is not warm by then never will be. */
const WARM_UP_MS = 60_000;

export class ForkServer {
  readonly #process: ChildProcess;
  /** The socket that copies are asked for by: ns-init gets it. */
  readonly requests: number;
  #isOpen = true;
  #isAlive = true;

  private constructor(process: ChildProcess, requests: number) {
    this.#process = process;
    this.requests = requests;
    process.once('exit', () => {
      this.#isAlive = false;
    });
  }

  /** Whether copies can be asked for. */
  get isAlive(): boolean {
    return this.#isAlive && this.#isOpen;
  }

  /**
   * Starts one and waits until it is warm.
   *
   * @param flags Node's flags of the test processes.
   * @param giveUp Kills it before it is warm.
   * @throws Error that says why no copies of it can be had.
   */
  static async start(
    order: ForkServerOrder,
    flags: string[],
    giveUp: AbortSignal,
  ): Promise<ForkServer> {
    const [ours, its] = callNative('socketpair', [SOCK_SEQPACKET]) as [number, number];
    let server: ForkServer;
    try {
      const options: SpawnOptions = { stdio: ['ignore', 'pipe', 'pipe', 'pipe', its] };
      const child = withStreams(
        spawn(process.execPath, [...flags, MAIN, ROOM], options) as ChildProcessWithoutNullStreams,
      );
      server = new ForkServer(child, ours);
    } catch (error) {
      callNative('close', [ours]);
      throw error;
    } finally {
      callNative('close', [its]);
    }
    try {
      await server.#warmUp(order, giveUp);
      return server;
    } catch (error) {
      server.end();
      throw error;
    }
  }

  /** Ends it as soon as nobody else asks; its copies live on. */
  end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    callNative('close', [this.requests]);
  }

  async #warmUp(order: ForkServerOrder, giveUp: AbortSignal): Promise<void> {
    const { stdout, stderr, stdio } = this.#process as ChildProcess & {
      stdout: Readable;
      stderr: Readable;
    };
    const channel = stdio[3] as Socket;
    // A worker of Jest's would wait for it.
    const kill = () => this.#process.kill('SIGKILL');
    const forget = killOnDisconnect({ kill });
    giveUp.addEventListener('abort', kill);
    const said = { stdout: '', stderr: '' };
    stdout.on('data', (chunk) => {
      said.stdout += chunk;
    });
    stderr.on('data', (chunk) => {
      said.stderr += chunk;
    });
    const { refusal } = await new Promise<ForkServerAnswer>((resolve) => {
      const timer = setTimeout(() => {
        kill();
        resolve({ refusal: `it was not ready after ${WARM_UP_MS} ms` });
      }, WARM_UP_MS);
      const answer = (what: ForkServerAnswer) => {
        clearTimeout(timer);
        resolve(what);
      };
      channel.on('error', () => {});
      readLines(channel, (line) => answer(decode(line) as ForkServerAnswer));
      this.#process.once('error', ({ message }) => answer({ refusal: message }));
      this.#process.once('close', (code, signal) =>
        answer({
          refusal: `it ended (${signal ?? `exit code ${code}`})${said.stderr && `: ${said.stderr}`}`,
        }),
      );
      channel.write(encode(order));
    });
    forget();
    giveUp.removeEventListener('abort', kill);
    // It is no reason for Jest to stay.
    this.#process.unref();
    for (const stream of [stdout, stderr, channel]) (stream as Socket).unref();
    // Without it each file's own Node prints the same.
    if (refusal !== undefined) throw new Error(refusal);
    relay(stdout, said.stdout, process.stdout);
    relay(stderr, said.stderr, process.stderr);
  }
}

/** What the project's modules print while they are loaded. */
function relay(from: Readable, before: string, to: NodeJS.WritableStream): void {
  if (before !== '') to.write(before);
  from.removeAllListeners('data');
  from.on('data', (chunk) => to.write(chunk));
}
