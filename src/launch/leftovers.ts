/** What an ns-jest that was killed could not remove itself. */
import { readdirSync, readlinkSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { attempt } from '../channel/attempt';
import { processes } from '../helpers/processes';
import { removeUnpacked, unfinishedRoots } from '../options/files/archive';
import { hierarchies, isVisible } from '../options/limits/hierarchies';
import { type GroupMaker, makerOf } from './group-name';
import { isOwn } from './is-own';
import { startedAt } from './started-at';

export interface Leftover {
  /** What it is, and where. */
  what: string;
  remove(): void;
}

/** All that is this user's, or, for root, anybody's, and in use by nobody. */
export function leftovers(): Leftover[] {
  return [...staleGroups(), ...abandonedRoots()];
}

function staleGroups(): Leftover[] {
  const pidNamespace = /\[(\d+)\]/.exec(readlinkSync('/proc/self/ns/pid'))?.[1];
  return hierarchies()
    .filter(isVisible)
    .flatMap(({ mount }) => groupsBelow(mount))
    .filter((folder) => {
      const maker = makerOf(path.basename(folder));
      // The pids of other namespaces say nothing here.
      return (
        maker !== undefined &&
        maker.pidNamespace === pidNamespace &&
        !isAlive(maker) &&
        isOwn(folder)
      );
    })
    .map((folder) => ({ what: `cgroup ${folder}`, remove: () => rmdirSync(folder) }));
}

function groupsBelow(folder: string): string[] {
  return subfolders(folder).flatMap((name) => {
    const found = path.join(folder, name);
    return makerOf(name) ? [found] : groupsBelow(found);
  });
}

function isAlive({ pid, started }: GroupMaker): boolean {
  return attempt(() => startedAt(pid), undefined) === started;
}

function subfolders(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    // Another user's, or gone meanwhile.
    return [];
  }
}

function abandonedRoots(): Leftover[] {
  const commands = processes.list().map(({ command }) => command);
  return unfinishedRoots()
    .filter((folder) => !commands.some((command) => command.includes(folder)))
    .map((folder) => ({
      what: `unfinished root file system ${folder}`,
      remove: () => removeUnpacked(folder),
    }));
}
