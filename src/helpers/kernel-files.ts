import fs from 'node:fs';
import { SystemError, type SystemErrorFacts } from '../errors/system-error';

// Reading /proc through `fs`, whose errors and arrays belong to another realm than the test's.

type NodeError = Error & { errno?: number; syscall?: string; path?: string };

function inThisRealm<Result>(read: () => Result, facts: SystemErrorFacts = {}): Result {
  try {
    return read();
  } catch (error) {
    const { errno, syscall, path } = error as NodeError;
    if (errno === undefined || syscall === undefined) throw error;
    throw new SystemError({ errno, syscall, facts: { path, ...facts } });
  }
}

/** The whole text of a file. Throws SystemError. */
export function readText(path: string): string {
  return inThisRealm(() => fs.readFileSync(path, 'utf8'));
}

/** What a symbolic link says. Throws SystemError. */
export function readLink(path: string): string {
  return inThisRealm(() => fs.readlinkSync(path));
}

/** The names in a directory. Throws SystemError. */
export function readDirectory(path: string): string[] {
  return Array.from(inThisRealm(() => fs.readdirSync(path)));
}

/** stat(2). Throws SystemError. */
export function readStatus(path: string): fs.Stats {
  return inThisRealm(() => fs.statSync(path));
}

/** open(2), use, close. Throws SystemError. */
export function withOpenFile<Result>(
  path: string,
  flags: number,
  use: (fd: number) => Result,
): Result {
  const fd = inThisRealm(() => fs.openSync(path, flags));
  try {
    return use(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** The result, or undefined if it fails with one of these codes. */
export function unless<Result>(codes: readonly string[], read: () => Result): Result | undefined {
  try {
    return read();
  } catch (error) {
    if (codes.includes((error as { code?: string }).code ?? '')) return undefined;
    throw error;
  }
}
