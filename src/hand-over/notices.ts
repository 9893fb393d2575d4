/** What a sandbox tells besides the result, on standard error. */
import path from 'node:path';
import type { SandboxEnd } from '../launch/open-sandbox';

const told = new Set<string>();

/** What could not be had, of what was only to be tried: said once, not once a file. */
export function tellOnce(sentences: string[]): void {
  for (const sentence of sentences) {
    if (told.has(sentence)) continue;
    told.add(sentence);
    process.stderr.write(`ns-jest: ${sentence}\n`);
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
  for (const sentence of sentences) process.stderr.write(`ns-jest: ${file}: ${sentence}\n`);
}

/** The processes that the file left running. */
export function tellLeft({ exited }: SandboxEnd, rootDir: string, testPath: string): void {
  if (exited === undefined || exited.left.length === 0) return;
  const commands = exited.left.map(({ command }) => `  ${command}\n`).join('');
  const file = path.relative(rootDir, testPath);
  process.stderr.write(`ns-jest: ${file} left processes running, which were killed:\n${commands}`);
}
