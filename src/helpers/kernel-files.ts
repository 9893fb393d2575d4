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

/** open(2). Throws SystemError. */
export function openFile(path: string, flags: number): number {
  return inThisRealm(() => fs.openSync(path, flags));
}

export function closeFile(fd: number): void {
  inThisRealm(() => fs.closeSync(fd));
}

/** open(2), use, close. Throws SystemError. */
export function withOpenFile<Result>(
  path: string,
  flags: number,
  use: (fd: number) => Result,
): Result {
  const fd = openFile(path, flags);
  try {
    return use(fd);
  } finally {
    closeFile(fd);
  }
}

/** fstat(2). Throws SystemError. */
export function readOpenStatus(fd: number): fs.Stats {
  return inThisRealm(() => fs.fstatSync(fd));
}

/** Writes a file of the kernel's, which has to be there, in one write(2). Throws SystemError. */
export function writeText(path: string, text: string): void {
  withOpenFile(path, fs.constants.O_WRONLY, (fd) =>
    inThisRealm(() => fs.writeSync(fd, text), { path }),
  );
}

/** Makes an empty file, which must not be there yet. Throws SystemError. */
export function makeFile(path: string): void {
  closeFile(inThisRealm(() => fs.openSync(path, 'wx', 0o444)));
}

/** Makes a directory and those above it. Throws SystemError. */
export function makeDirectories(path: string): void {
  inThisRealm(() => fs.mkdirSync(path, { recursive: true }));
}

/** unlink(2). Throws SystemError. */
export function removeFile(path: string): void {
  inThisRealm(() => fs.unlinkSync(path));
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
