/** A file that was handed over, until all inside has ended. */
import type { Socket } from 'node:net';
import { isToStay } from '../channel/is-to-stay';
import { readLines } from '../channel/lines';
import type { Answer, FromTestProcess, RunTimes } from '../channel/messages';
import { killOnDisconnect } from '../launch/kill-on-disconnect';
import type { Sandbox, SandboxEnd } from '../launch/open-sandbox';
import { micros } from '../text/micros';
import { EventQueue } from './event-queue';
import type { FileRun } from './file-run';
import type { LaunchStrategy } from './launch-strategy';
import { showOpenHandles } from './open-handles';
import { parseMessage } from './parse-message';
import type { Progress } from './progress';
import { relayOutput } from './relay-output';

/** After the result the test process has this long to exit by itself: jest-worker's figure. */
const EXIT_GRACE_MS = 500;

/** A copy that has not taken its file by then never will: what it was copied from left it a lock that is held. */
const BEGIN_MS = 10_000;

/** A sandbox that was asked to stay tells at once that it does. */
const KEEP_GRACE_MS = 5000;

/** How a process ends that was broken, and not told to. signal(7) */
const FAULTS = ['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGTRAP', 'SIGFPE', 'SIGABRT'];

export function isFault(signal: string | null): boolean {
  return signal !== null && FAULTS.includes(signal);
}

/** How a file went in its test process. */
export interface Followed {
  answer: Answer | undefined;
  end: SandboxEnd;
  /** The limit, in milliseconds, at which the file was ended. */
  passedLimit: number | undefined;
  /** Whether it was ended because it did not begin. */
  wasSilent: boolean;
  times: Partial<RunTimes> & { answered?: number };
}

/** Passes on what the file says and prints, until all inside has ended. */
export async function follow(
  sandbox: Sandbox,
  run: FileRun,
  progress: Progress,
  timeout: number | false,
  strategy: LaunchStrategy['name'],
): Promise<Followed> {
  const { keep } = run.options;
  const forget = killOnDisconnect(sandbox);
  relayOutput(sandbox);

  let passedLimit: number | undefined;
  let isOpen = false;
  let hasBegun = strategy === 'exec';
  let wasSilent = false;
  let beginTimer: NodeJS.Timeout | undefined;
  void sandbox.opened.then((opened) => {
    isOpen = opened !== undefined;
    if (!isOpen || hasBegun) return;
    // After what has come meanwhile: it may be this process that was held up.
    beginTimer = setTimeout(() => setImmediate(endSilent), BEGIN_MS);
  });
  const endSilent = () => {
    if (hasBegun) return;
    wasSilent = true;
    sandbox.kill();
  };
  let isStaying = false;
  const stay = () => {
    isStaying = true;
    sandbox.keep();
    clearTimeout(timer);
    timer = setTimeout(sandbox.kill, KEEP_GRACE_MS);
  };
  const endAtLimit = (limit: number) => {
    if (isOpen && !hasBegun) return endSilent();
    passedLimit = limit;
    // Before it is set up nobody inside could take the word.
    if (keep === 'never' || !isOpen) sandbox.kill();
    else stay();
  };
  let timer = timeout === false ? undefined : setTimeout(endAtLimit, timeout, timeout);

  const events = new EventQueue(run.sendMessageToJest);
  let answer: Answer | undefined;
  let times: Followed['times'] = {};
  readLines(sandbox.channel, (line) => {
    const message = parseMessage(line, run);
    if (message === undefined) return;
    hasBegun = true;
    clearTimeout(beginTimer);
    if (isAnswer(message)) {
      // What is said in the time that is left to end in comes too late.
      if (answer !== undefined || passedLimit !== undefined) return;
      answer = message;
      times = { ...('times' in message ? message.times : {}), answered: micros() };
      clearTimeout(timer);
      timer = setTimeout(sandbox.kill, EXIT_GRACE_MS);
      // While the test process is there: what it has open is open still.
      if (isToStay(keep, message)) stay();
    } else {
      progress.note(message);
      if (message.type === 'open-handles') showOpenHandles(message.handles);
      if (message.type === 'test-event') events.send(message);
    }
  });

  if (keep !== 'never') {
    void sandbox.commandEnded.then(async ({ signal }) => {
      // It may have answered last of all.
      await readToEnd(sandbox.channel);
      if (isStaying) return;
      const isRunAgain = wasSilent || (strategy === 'fork' && isFault(signal));
      if (answer === undefined && !isRunAgain) stay();
      else sandbox.kill();
    });
  }

  const end = await sandbox.ended;
  forget();
  clearTimeout(timer);
  clearTimeout(beginTimer);
  // Closed from here: the lifeline would otherwise keep Jest itself alive.
  sandbox.kill();
  await events.settled();
  return { answer, end, passedLimit, wasSilent, times };
}

/** Until its other end is closed; a process that was started with it may hold it open. */
async function readToEnd(channel: Socket): Promise<void> {
  if (channel.destroyed) return;
  await Promise.race([
    new Promise((resolve) => channel.once('close', resolve)),
    new Promise((resolve) => setTimeout(resolve, EXIT_GRACE_MS)),
  ]);
}

const ANSWERS: Record<Answer['type'], true> = {
  'file-succeeded': true,
  'file-failed': true,
  'not-isolated': true,
};

function isAnswer(message: FromTestProcess): message is Answer {
  return Object.hasOwn(ANSWERS, message.type);
}
