/**
 * Entry of the test process, inside the sandbox: receive one file, verify the isolation, run the file
 * by the project's own Jest, answer, leave.
 */
import { answer, receive } from './border';
import { notAsAsked } from './verify';
import { writeAtOnce } from './write-at-once';

writeAtOnce(process.stdout);
writeAtOnce(process.stderr);

async function main(): Promise<void> {
  const request = await receive();
  const wrong = notAsAsked(request.sandbox);
  if (wrong.length > 0) {
    await answer({ type: 'not-isolated', namespaces: wrong });
  } else {
    if (request.debug) {
      const { openDebugger } = require('./open-debugger') as typeof import('./open-debugger');
      await openDebugger(request.debug, request.testPath);
    }
    // Loaded only now: nothing of Jest or of the project runs before the verification.
    const { runTestFile } = require('./run-test-file') as typeof import('./run-test-file');
    await answer(await runTestFile(request));
  }
  exit(0);
}

/** Tests may replace process.exit. */
const exit = process.exit.bind(process);

// As Jest's own workers do: logged before we exit, and Jest learns from the exit that there is no answer.
process.on('uncaughtException', (error) => {
  console.error(error?.stack ?? error);
  exit(1);
});

main().catch((error) => {
  console.error(error);
  exit(1);
});
