/** Where the cgroup controllers are, and where Jest itself is among them. cgroups(7) */
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseMountinfo } from '../../helpers/parse-mountinfo';

/** A tree of cgroups that is mounted: each of version 1 has some controllers, the one of version 2 the others. */
export interface Hierarchy {
  version: 1 | 2;
  /** Of version 1; what version 2 has, each of its groups says itself. */
  controllers: string[];
  /** Where it is mounted. */
  mount: string;
  /** Jest's own group; undefined where the mount does not show it. */
  own: string | undefined;
}

export interface CgroupFiles {
  mountinfo: string;
  cgroup: string;
}

export function hierarchies({ mountinfo, cgroup } = cgroupFiles()): Hierarchy[] {
  const memberships = cgroup.split('\n').filter(Boolean).map(parseMembership);
  return parseMountinfo(mountinfo)
    .filter(({ type }) => type === 'cgroup' || type === 'cgroup2')
    .flatMap(({ type, root, target, superOptions }) => {
      const isV2 = type === 'cgroup2';
      const member = memberships.find(({ id, controllers }) =>
        isV2 ? id === '0' : controllers.some((name) => superOptions.includes(name)),
      );
      if (member === undefined) return [];
      const relative = path.posix.relative(root, member.path);
      return {
        version: isV2 ? 2 : 1,
        controllers: member.controllers,
        mount: target,
        // Of a mount that begins elsewhere, as in a container, only what is below can be seen.
        // In a cgroup namespace its beginning may lie above everything that has a name here: /../..
        own:
          relative.startsWith('..') || root.startsWith('/..')
            ? undefined
            : path.posix.join(target, relative),
      } as const;
    });
}

/** `4:memory:/a/b` of /proc/self/cgroup. */
function parseMembership(line: string): { id: string; controllers: string[]; path: string } {
  const [id = '', controllers = '', ...rest] = line.split(':');
  return { id, controllers: controllers.split(',').filter(Boolean), path: rest.join(':') };
}

function cgroupFiles(): CgroupFiles {
  return {
    mountinfo: readFileSync('/proc/self/mountinfo', 'utf8'),
    cgroup: readFileSync('/proc/self/cgroup', 'utf8'),
  };
}

/** Whether it is to be seen: a mount over /sys, as in a sandbox, covers it. */
export function isVisible({ mount }: Hierarchy): boolean {
  return existsSync(path.join(mount, 'cgroup.procs'));
}

/** The errno name of making a group here and leaving for it from `home`, as far as access(2) can tell. */
export function whyNoGroups(parent: string, home: string): string | undefined {
  const files = [parent, path.join(parent, 'cgroup.procs'), path.join(home, 'cgroup.procs')];
  for (const file of files) {
    try {
      accessSync(file, constants.W_OK);
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? 'EACCES';
    }
  }
  return undefined;
}

/** The words of a group's file; none where there is no such file. */
export function wordsOf(group: string, file: string): string[] {
  try {
    return readFileSync(path.join(group, file), 'utf8').split(/\s+/).filter(Boolean);
  } catch {
    // The root group lacks some, and a group of another user may not be read.
    return [];
  }
}

export function ownerOf(group: string): string {
  return statSync(group, { throwIfNoEntry: false })?.uid === 0 ? 'root' : 'another user';
}
