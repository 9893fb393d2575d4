/**
 * Inside the sandbox, however this process came to be: receive one file, verify the isolation, run the
 * file by the project's own Jest, answer, leave.
 */
import { isToStay } from '../channel/is-to-stay';
import type { ToTestProcess } from '../channel/messages';
import type { EnvironmentHooks } from '../environment/inside';
import { micros } from '../text/micros';
import type { Border } from './border';
import { notAsAsked } from './verify';
import { writeAtOnce } from './write-at-once';

/** Something has to be due, or Node would exit. */
const LONG_MS = 2 ** 30;

export interface Place {
  border: Border;
  /** A listening socket of the host's, for a debugger. */
  debugFd: number;
  /** Told the request before anything else happens. */
  prepare?: (request: ToTestProcess) => void;
  hooks?: EnvironmentHooks;
  /** Called when the file has been answered for. */
  conclude?: () => void;
  /** Whether the file's environment was made ahead. */
  isMadeAhead?: () => boolean;
}

/** Never returns: the process exits. */
export function serveFile(place: Place): void {
  writeAtOnce(process.stdout);
  writeAtOnce(process.stderr);
  // Tests may replace process.exit.
  const exit = process.exit.bind(process);
  // As Jest's own workers do: logged before we exit, and Jest learns from the exit that there is no answer.
  process.on('uncaughtException', (error) => {
    console.error(error?.stack ?? error);
    exit(1);
  });
  serve(place).then(
    () => {
      place.conclude?.();
      exit(0);
    },
    (error) => {
      console.error(error);
      exit(1);
    },
  );
}

async function serve({ border, debugFd, prepare, hooks, isMadeAhead }: Place): Promise<void> {
  const request = await border.receive();
  const received = micros();
  if (request.asProcess) border.tell({ type: 'begun' });
  prepare?.(request);
  // It may have been started before it was known whose it would be. A cleared environment may have none.
  if (process.env.JEST_WORKER_ID !== undefined) process.env.JEST_WORKER_ID = request.workerId;
  const wrong = notAsAsked(request.sandbox);
  if (wrong.length > 0) return border.answer({ type: 'not-isolated', namespaces: wrong });
  if (request.debug) {
    const { openDebugger } = require('./open-debugger') as typeof import('./open-debugger');
    await openDebugger(request.debug, request.testPath, debugFd);
  }
  // Loaded only now: nothing of Jest or of the project runs before the verification.
  const { runTestFile } = require('./run-test-file') as typeof import('./run-test-file');
  const result = await runTestFile(request, border.tell, hooks);
  const times = { received, ran: micros(), madeAhead: isMadeAhead?.() ?? false };
  await border.answer({ ...result, times });
  // What the file has open is to be looked at: PID 1 stops us in a moment.
  if (isToStay(request.keep, result)) await new Promise(() => setInterval(() => {}, LONG_MS));
}
