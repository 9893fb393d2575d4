/** A child process that is started without a copy of this one: what `child_process` does, for less. */
import { Socket } from 'node:net';
import { callNative } from '../native/load';
import { environmentRows } from '../text/environment-rows';
import { decodeWaitStatus, type WaitStatus } from '../text/wait-status';

export interface Child {
  /** Our ends of its "pipe" descriptors, by their number. */
  streams: Map<number, Socket>;
  /** Resolves when it has ended and all that it wrote has been read. Never rejects. */
  ended: Promise<WaitStatus>;
  /** Sends a signal, if it is still there. */
  kill(signal: NodeJS.Signals | number): void;
  /** Reads what it has written until now and turns away: nobody waits for its end any more. */
  leave(): Promise<void>;
}

/** What one of its descriptors is: a stream of ours, one of this process's, or /dev/null. */
export type ChildDescriptor = 'pipe' | number | 'ignore';

const SOCK_STREAM = 1;
const WNOHANG = 1;
const POLL_MS = 1;

/**
 * Starts a program.
 *
 * @throws SystemError when it cannot be: ENOENT, EACCES, EMFILE, E2BIG. posix_spawn(3)
 */
export function startChild(
  path: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  descriptors: ChildDescriptor[],
): Child {
  const ours = new Map<number, number>();
  const its: (number | null)[] = [];
  let pid: number;
  try {
    for (const [number, what] of descriptors.entries()) {
      if (what !== 'pipe') {
        its.push(what === 'ignore' ? null : what);
        continue;
      }
      const [our, theirs] = callNative('socketpair', [SOCK_STREAM]) as [number, number];
      ours.set(number, our);
      its.push(theirs);
    }
    pid = callNative('posixSpawn', [path, [path, ...args], environmentRows(env), its], { path });
  } catch (error) {
    for (const fd of ours.values()) callNative('close', [fd]);
    throw error;
  } finally {
    for (const [number, fd] of its.entries()) {
      if (descriptors[number] === 'pipe' && fd !== null) callNative('close', [fd]);
    }
  }
  const streams = new Map([...ours].map(([number, fd]) => [number, new Socket({ fd })]));
  return follow(pid, streams, ours);
}

function follow(pid: number, streams: Map<number, Socket>, ours: Map<number, number>): Child {
  const all = [...streams.values()];
  const isClosed = (stream: Socket) =>
    new Promise<void>((resolve) => stream.once('close', () => resolve()));
  let end: WaitStatus | undefined;
  let isLeft = false;
  const ended = Promise.all(all.map(isClosed)).then(async () => {
    // It holds the other ends for as long as it lives; what is left is the moment of dying.
    while (end === undefined) {
      if (isLeft) return new Promise<never>(() => {});
      end = reap(pid);
      if (end === undefined) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    return end;
  });
  // What nobody reads would never be seen to end.
  setImmediate(() => {
    for (const stream of all) if (stream.readableFlowing === null) stream.resume();
  });
  const kill = (signal: NodeJS.Signals | number) => {
    // A number that was reaped may be another's.
    if (end === undefined) process.kill(pid, signal);
  };
  const leave = async () => {
    isLeft = true;
    for (const [number, stream] of streams) {
      await readRest(stream, ours.get(number) as number);
      stream.destroy();
    }
  };
  return { streams, ended, kill, leave };
}

/** What is written already arrives, though the other end stays open. */
async function readRest(stream: Socket, fd: number): Promise<void> {
  while (!stream.readableEnded && !stream.destroyed && callNative('pollReadable', [fd, 0])) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function reap(pid: number): WaitStatus | undefined {
  const { pid: reaped, status } = callNative('waitpid', [pid, WNOHANG]);
  return reaped === 0 ? undefined : decodeWaitStatus(status);
}
