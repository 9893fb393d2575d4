/** `ns-jest cleanup`: ends the sandboxes that were kept, and removes what a crash left. */
import { tell } from '../hand-over/notices';
import { valuesOf } from '../launch/init-arguments/words';
import { type Leftover, leftovers } from '../launch/leftovers';
import { purposeOf, type RunningSandbox, runningSandboxes } from '../launch/running-sandboxes';
import { type Command, UsageError } from './command';

export const cleanup: Command = {
  summary: 'end sandboxes that were kept, and remove what a crash left',
  usage: `usage: ns-jest cleanup [--dry-run] [ID...]

Ends the sandboxes of this user that were kept, or, for root, those of all users; or only those of these IDs.
Removes, without IDs, what an ns-jest that was killed left: cgroups, and unpacked root file systems that were
not finished. Sandboxes that run are left alone: each ends with its file, or with Jest.

  --dry-run   say what would be done, and do nothing
`,
  async run(args) {
    const isDryRun = args.includes('--dry-run');
    const ids = args.filter((word) => word !== '--dry-run');
    const wrong = ids.find((word) => !/^\d+$/.test(word));
    if (wrong !== undefined) throw new UsageError(`ns-jest cleanup knows no "${wrong}"`);
    const kept = runningSandboxes().filter(({ isKept }) => isKept);
    const missing = ids.find((id) => !kept.some((each) => `${each.id}` === id));
    if (missing !== undefined) {
      throw new UsageError(`There is no kept sandbox ${missing} of yours. See: ns-jest ps`);
    }
    const chosen = kept.filter(({ id }) => ids.length === 0 || ids.includes(`${id}`));
    const left = ids.length === 0 ? leftovers() : [];
    const done = [];
    for (const sandbox of chosen) done.push(await endOne(sandbox, isDryRun));
    for (const leftover of left) done.push(removeOne(leftover, isDryRun));
    if (done.length === 0) process.stdout.write('There is nothing to clean up.\n');
    return done.every(Boolean) ? 0 : 1;
  },
};

async function endOne(sandbox: RunningSandbox, isDryRun: boolean): Promise<boolean> {
  const what = `sandbox ${sandbox.id} (${purposeOf(sandbox)})`;
  if (isDryRun) return said(`would end ${what}`);
  return (await end(sandbox)) ? said(`ended ${what}`) : failed(`${what} does not end`);
}

function removeOne({ what, remove }: Leftover, isDryRun: boolean): boolean {
  if (isDryRun) return said(`would remove ${what}`);
  try {
    remove();
    return said(`removed ${what}`);
  } catch (error) {
    return failed(`could not remove ${what}: ${(error as Error).message}`);
  }
}

function said(sentence: string): true {
  process.stdout.write(`${sentence}\n`);
  return true;
}

function failed(sentence: string): false {
  tell(sentence);
  return false;
}

/** From the question on it has this long, besides what "killDelay" grants; then it is killed. */
const GRACE_MS = 2000;
const POLL_MS = 10;

/** Its PID 1 is asked to end, so that what was granted time to end well has it; then it is killed. */
async function end({ id, supervisor, words }: RunningSandbox): Promise<boolean> {
  const [delay = 0] = valuesOf('kill-delay', words);
  for (const [signal, wait] of [
    ['SIGTERM', GRACE_MS + Number(delay)],
    ['SIGKILL', GRACE_MS],
  ] as const) {
    send(id, signal);
    const until = Date.now() + wait;
    // The supervisor is the last, and takes down what is outside.
    while (Date.now() < until) {
      if (!isAlive(supervisor, id)) return true;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
  return false;
}

function isAlive(supervisor: number, id: number): boolean {
  return runningSandboxes().some((each) => each.supervisor === supervisor && each.id === id);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
