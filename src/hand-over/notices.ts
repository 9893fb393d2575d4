/** What a sandbox tells besides the result, on standard error. */
import path from 'node:path';
import type { SandboxEnd } from '../launch/open-sandbox';
import type { LeftBehind } from './left-behind';

const told = new Set<string>();

export function tell(sentence: string): void {
  process.stderr.write(`ns-jest: ${sentence}\n`);
}

/** What could not be had, of what was only to be tried: said once, not once a file. */
export function tellOnce(sentences: string[]): void {
  for (const sentence of sentences) {
    if (told.has(sentence)) continue;
    told.add(sentence);
    tell(sentence);
  }
}

/** A namespace that was only to be tried could not be had. */
export function tellMissing({ missing }: SandboxEnd): void {
  tellOnce(
    missing.map(
      ({ name, code }) =>
        `the ${name} namespace could not be had (${code}): files share the host's`,
    ),
  );
}

/** The sandbox is there, but weaker in one place. */
export function tellFallbacks({ fallbacks }: SandboxEnd): void {
  tellOnce(
    fallbacks.map(
      ({ wanted, instead, code }) =>
        `${wanted} could not be used (${code}): files run with ${instead}`,
    ),
  );
}

/** What is to be said of one file. */
export function tellOfFile(sentences: string[], rootDir: string, testPath: string): void {
  const file = path.relative(rootDir, testPath);
  for (const sentence of sentences) tell(`${file}: ${sentence}`);
}

/** What the file left in its sandbox. */
export function tellLeft(
  { processes, others }: LeftBehind,
  rootDir: string,
  testPath: string,
): void {
  const file = path.relative(rootDir, testPath);
  const tellList = (what: string, lines: string[]) => {
    if (lines.length > 0)
      tell([`${file} left ${what}:`, ...lines.map((line) => `  ${line}`)].join('\n'));
  };
  tellList('processes running, which were killed', processes);
  tellList('in its sandbox', others);
}
