import { realpathSync } from 'node:fs';
import path from 'node:path';
import { SandboxError } from '../../errors/sandbox-error';

/** Paths that Jest needs, wherever they lie. */
export interface NeededPaths {
  /** Folders that Jest works in: they cannot themselves be covered. */
  folders: string[];
  /** Folders that it writes snapshots and its cache to. */
  written: string[];
  /** Whatever else it may open. */
  others: string[];
}

/**
 * Which of the paths that Jest needs lie below a covered directory, and so have to be kept: existing,
 * resolved, parents before children and without what a parent brings along.
 *
 * @throws SandboxError when a folder that Jest works in is itself one that is covered.
 */
export function keptPaths(needed: NeededPaths, covered: string[]): string[] {
  const covers = covered.map(resolved).filter((directory) => directory !== undefined);
  const folders = needed.folders.map(resolved);
  const hidden = covers.find((directory) => folders.includes(directory));
  if (hidden !== undefined) {
    throw new SandboxError(`The option "tmpfs" covers ${hidden}, which Jest itself works in`, {
      option: 'tmpfs',
      subject: hidden,
      fix: 'Move the project into a folder below it, or leave it out of "tmpfs".',
    });
  }
  return outermost(
    [...folders, ...needed.others.map(resolved)]
      .filter((file) => file !== undefined)
      .filter((file) => covers.some((directory) => isBelow(file, directory))),
  );
}

/**
 * Which paths a sandbox needs whose tree is not the host's, or is not to be written to: what Jest writes
 * is to reach the host, all else is read only. Parents before children.
 *
 * @param hidden What of the host's tree is not there by itself.
 */
export function broughtPaths(
  { folders, written, others }: NeededPaths,
  hidden: (file: string) => boolean,
): { path: string; readonly: boolean }[] {
  const existing = (files: string[]) =>
    files.map(resolved).filter((file) => file !== undefined && file !== '/') as string[];
  const writable = outermost(existing(written));
  const readable = outermost(
    existing([...folders, ...others])
      .filter(hidden)
      .filter((file) => !writable.some((folder) => isAtOrBelow(file, folder))),
  );
  return [
    ...writable.map((file) => ({ path: file, readonly: false })),
    ...readable.map((file) => ({ path: file, readonly: true })),
  ].sort((a, b) => a.path.length - b.path.length);
}

/** Each once, shortest first, without what lies below another. */
function outermost(files: string[]): string[] {
  const kept: string[] = [];
  for (const file of [...new Set(files)].sort((a, b) => a.length - b.length)) {
    if (!kept.some((parent) => isBelow(file, parent))) kept.push(file);
  }
  return kept;
}

/**
 * Refuses options that are at or above one of these paths.
 *
 * @param covers Paths and the options that name them.
 * @param says What they would do to a path of those.
 */
export function checkCovered(
  paths: string[],
  covers: { option: string; path: string }[],
  says: (file: string) => string,
): void {
  const needed = paths.map(resolved).filter((file) => file !== undefined);
  for (const { option, path: cover } of covers) {
    const places = [cover, resolved(cover) ?? cover];
    const hidden = needed.find((file) => places.some((place) => isAtOrBelow(file, place)));
    if (hidden === undefined) continue;
    throw new SandboxError(`The option "${option}" ${says(hidden)}`, {
      option,
      subject: hidden,
      fix: 'Choose a path beside it or below it.',
    });
  }
}

/** A path with its links followed, or undefined when nothing is there that this user can see. */
export function resolved(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch {
    return undefined;
  }
}

/** Whether a path is a directory, or lies below it. */
export function isAtOrBelow(file: string, directory: string): boolean {
  return file === directory || isBelow(file, directory);
}

function isBelow(file: string, directory: string): boolean {
  return file.startsWith(directory.endsWith(path.sep) ? directory : `${directory}${path.sep}`);
}
