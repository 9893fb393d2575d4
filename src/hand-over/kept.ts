/** Sandboxes that stay when their file has ended: the option "keep". */
import type { TestResult } from '../jest/types';
import type { SandboxEnd } from '../launch/open-sandbox';
import { isFresh } from '../options/namespaces/options';
import type { FileRun } from './file-run';
import { tellOfFile } from './notices';
import { postMortem } from './post-mortem';
import type { Progress } from './progress';

/** Says how to enter a sandbox that stays, and what is in it: under the failures of the file, where there are some. */
export function noteKept(
  end: SandboxEnd,
  run: FileRun,
  progress: Progress,
  result: TestResult,
): TestResult {
  if (end.kept === undefined) return result;
  const { failureMessage } = result;
  if (typeof failureMessage !== 'string') {
    tellKept(end, run, progress);
    return result;
  }
  const text = `The ${describe(end, run, progress)}`.replace(/^/gm, '  ');
  return { ...result, failureMessage: `${failureMessage}\n${text}\n` };
}

/** The same for a file without a result. */
export function tellKept(end: SandboxEnd, run: FileRun, progress: Progress): void {
  if (end.kept === undefined) return;
  const { projectConfig, testPath } = run;
  tellOfFile([`the ${describe(end, run, progress)}`], projectConfig.rootDir, testPath);
}

function describe({ kept, missing }: SandboxEnd, { options }: FileRun, progress: Progress): string {
  const hasOwnNetwork =
    isFresh(options.namespaces.net) && !missing.some(({ name }) => name === 'net');
  const found = postMortem(kept as number, progress, hasOwnNetwork);
  const how = `sandbox is kept, with its processes stopped. To enter it: npx ns-jest enter ${kept}`;
  return found.length === 0 ? how : [how, 'In it:', ...found.map((line) => `  ${line}`)].join('\n');
}
