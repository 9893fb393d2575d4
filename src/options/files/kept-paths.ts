import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { SandboxError } from '../../errors/sandbox-error';

/** Paths that Jest needs, wherever they lie. */
export interface NeededPaths {
  /** Folders that Jest works in: they cannot themselves be covered. */
  folders: string[];
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
  const below = [...new Set([...folders, ...needed.others.map(resolved)])]
    .filter((file) => file !== undefined)
    .filter((file) => covers.some((directory) => isBelow(file, directory)))
    .sort((a, b) => a.length - b.length);
  const kept: string[] = [];
  for (const file of below) {
    if (!kept.some((parent) => isBelow(file, parent))) kept.push(file);
  }
  return kept;
}

/** A path with its links followed, or undefined when nothing is there. */
function resolved(file: string): string | undefined {
  if (statSync(file, { throwIfNoEntry: false }) === undefined) return undefined;
  return realpathSync(file);
}

/** Whether a path is a directory, or lies below it. */
export function isAtOrBelow(file: string, directory: string): boolean {
  return file === directory || isBelow(file, directory);
}

function isBelow(file: string, directory: string): boolean {
  return file.startsWith(directory.endsWith(path.sep) ? directory : `${directory}${path.sep}`);
}
