/** What an ordinary user may have beyond his own id, and by which programs. subuid(5), newuidmap(1) */
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isExecutable } from '../executable';

/** A run of ids outside. */
export interface IdRange {
  start: number;
  count: number;
}

/** One of the two kinds of ids, with its file and its program. */
export interface AllottedKind {
  file: '/etc/subuid' | '/etc/subgid';
  /** Lines of the file that are the user's, as they stand there. */
  lines: string[];
  ranges: IdRange[];
  program: 'newuidmap' | 'newgidmap';
  /** Where the program lies; undefined where it is not installed. */
  path: string | undefined;
}

export interface Allotted {
  /** The user's name, or his id where he has none. */
  user: string;
  uids: AllottedKind;
  gids: AllottedKind;
  /** Why the programs can do nothing for this process, and what to do; undefined where they can. */
  powerless: { reason: string; fix: string } | undefined;
}

export function allottedIds(): Allotted {
  const account = ownAccount();
  const keys = [account?.username, String(process.getuid?.())].filter((key) => key !== undefined);
  return {
    user: keys[0] as string,
    uids: kind('/etc/subuid', 'newuidmap', keys),
    gids: kind('/etc/subgid', 'newgidmap', keys),
    powerless: whyPowerless(account?.gid),
  };
}

function kind(
  file: AllottedKind['file'],
  program: AllottedKind['program'],
  keys: string[],
): AllottedKind {
  const lines = (read(file) ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => keys.includes(line.split(':')[0] as string));
  return { file, lines, ranges: lines.map(parseRange), program, path: findProgram(program) };
}

function parseRange(line: string): IdRange {
  const [, start = 0, count = 0] = line.split(':').map(Number);
  return { start, count };
}

/** The programs ask who calls, and act for nobody whose name or group they cannot confirm. */
function whyPowerless(group: number | undefined): Allotted['powerless'] {
  if (/^NoNewPrivs:\s*1$/m.test(read('/proc/self/status') ?? '')) {
    return {
      reason:
        'no_new_privs is set here, so a set-user-ID program has no power. PR_SET_NO_NEW_PRIVS(2const)',
      fix: 'Kubernetes: allowPrivilegeEscalation: true. Docker: without --security-opt no-new-privileges',
    };
  }
  if (group === undefined) {
    return {
      reason: `The user id ${process.getuid?.()} has no name, and newuidmap(1) acts for named users only.`,
      fix: 'Give it one in /etc/passwd.',
    };
  }
  if (group !== process.getgid?.()) {
    return {
      reason: `The group here is ${process.getgid?.()}, not the user's own ${group}, and newuidmap(1) acts for that one only.`,
      fix: `Run as that group: newgrp, or setpriv --regid ${group}`,
    };
  }
  return undefined;
}

function ownAccount(): { username: string; gid: number } | undefined {
  try {
    return os.userInfo();
  } catch {
    // ENOENT: the id has no name.
    return undefined;
  }
}

function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/bin', '/bin'];
  return folders
    .filter(path.isAbsolute)
    .map((folder) => path.join(folder, name))
    .find(isExecutable);
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // A file that is not there allots nothing.
    return undefined;
  }
}

/** Whether all of a range is allotted: ranges that lie side by side count as one, as for newuidmap(1). */
export function isAllotted({ start, count }: IdRange, ranges: IdRange[]): boolean {
  let next = start;
  for (const range of [...ranges].sort((a, b) => a.start - b.start)) {
    if (range.start <= next && range.start + range.count > next) next = range.start + range.count;
  }
  return next >= start + count;
}
