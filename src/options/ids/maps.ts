import { SandboxError } from '../../errors/sandbox-error';
import type { CheckedOptions } from '../options';
import { type Allotted, type AllottedKind, type IdRange, isAllotted } from './allotted';
import { type IdMapping, MAX_ID } from './id-maps';
import type { Identity } from './identity';

/** The maps of a sandbox's user namespace, and who may write them. */
export interface IdMaps {
  uids: IdMapping[];
  gids: IdMapping[];
  /** The programs that write them, where the kernel would not take them from us. */
  newuidmap?: string;
  newgidmap?: string;
  /** Whether setgroups(2) can be had. */
  setgroups: boolean;
  /** What could not be had, of what was only to be tried. */
  notices: string[];
}

/** What is asked for, or one error that names what cannot be had. */
export function idMaps(
  options: CheckedOptions,
  identity: Identity,
  allotted: () => Allotted,
): IdMaps {
  const { all } = identity;
  if (all !== undefined) {
    const maps = { uids: options.uidMap ?? all.uids, gids: options.gidMap ?? all.gids };
    refuseForeign('uidMap', maps.uids, all.uids);
    refuseForeign('gidMap', maps.gids, all.gids);
    return { ...maps, setgroups: true, notices: [] };
  }
  if (options.mapAuto) return autoMaps(options, identity, allotted());
  return ownOrAllotted(options, identity, allotted);
}

/** Root of a container has the ids of the container only. */
function refuseForeign(option: string, map: IdMapping[], all: IdMapping[]): void {
  const ranges = all.map(({ inside, count }) => ({ start: inside, count }));
  const foreign = map.find(({ outside, count }) => !isAllotted({ start: outside, count }, ranges));
  if (foreign === undefined) return;
  throw new SandboxError(
    `The option "${option}" asks for the ids ${rangeText(foreign)}, which do not exist here`,
    { option, subject: rangeText(foreign), reason: 'This user namespace has a part of the ids.' },
  );
}

function autoMaps(options: CheckedOptions, identity: Identity, allotted: Allotted): IdMaps {
  const missing = whyNoRanges(allotted);
  if (missing !== undefined) {
    return {
      ...oneId(options, identity),
      setgroups: false,
      notices: [`mapAuto: one id only. ${missing.reason} ${missing.fix}`],
    };
  }
  return {
    uids: ownThenRanges(identity.uid, allotted.uids.ranges),
    gids: ownThenRanges(identity.gid, allotted.gids.ranges),
    newuidmap: allotted.uids.path as string,
    newgidmap: allotted.gids.path as string,
    setgroups: true,
    notices: [],
  };
}

function whyNoRanges(allotted: Allotted): { reason: string; fix: string } | undefined {
  const { uids, gids, user } = allotted;
  for (const kind of [uids, gids]) {
    const why = whyNoProgram(kind, allotted);
    if (why !== undefined) return why;
  }
  for (const { file, ranges } of [uids, gids]) {
    if (ranges.length === 0) {
      return { reason: `${file} allots no ids to ${user}.`, fix: fixFor(user, []) };
    }
  }
  return undefined;
}

function whyNoProgram({ program, path }: AllottedKind, { powerless }: Allotted) {
  if (path === undefined) {
    return {
      reason: `The program ${program} is not installed.`,
      fix: 'On Debian: sudo apt install uidmap',
    };
  }
  return powerless;
}

/** The own id is 0, the ranges follow one another from 1, as with unshare(1) --map-auto. */
function ownThenRanges(own: number, ranges: IdRange[]): IdMapping[] {
  const map = [{ inside: 0, outside: own, count: 1 }];
  let inside = 1;
  for (const { start, count } of ranges) {
    // What is in the map already cannot be in it twice; what is beyond the last id is no id.
    const fits = count > 0 && start + count - 1 <= MAX_ID && inside + count - 1 <= MAX_ID;
    const isTaken = map.some(
      (line) => start < line.outside + line.count && line.outside < start + count,
    );
    if (!fits || isTaken) continue;
    map.push({ inside, outside: start, count });
    inside += count;
  }
  return map;
}

function oneId({ mapCurrentUser, uid, gid }: CheckedOptions, identity: Identity) {
  const own = (id: number, asked: number | undefined): IdMapping[] => [
    { inside: mapCurrentUser ? id : (asked ?? 0), outside: id, count: 1 },
  ];
  return { uids: own(identity.uid, uid), gids: own(identity.gid, gid) };
}

/** The kernel takes a map of one line for the own id from everybody; for any other it asks for a program. */
function ownOrAllotted(
  options: CheckedOptions,
  identity: Identity,
  allotted: () => Allotted,
): IdMaps {
  const own = oneId(options, identity);
  const uids = options.uidMap ?? own.uids;
  const gids = options.gidMap ?? own.gids;
  const newuidmap = isOwnOnly(uids, identity.uid)
    ? undefined
    : programFor('uidMap', uids, identity.uid, 'uids', allotted());
  const newgidmap = isOwnOnly(gids, identity.gid)
    ? undefined
    : programFor('gidMap', gids, identity.gid, 'gids', allotted());
  return {
    uids,
    gids,
    ...(newuidmap === undefined ? {} : { newuidmap }),
    ...(newgidmap === undefined ? {} : { newgidmap }),
    // newgidmap(1) allows it for a map with a group that is allotted, and no other.
    setgroups: newgidmap !== undefined,
    notices: [],
  };
}

function isOwnOnly(map: IdMapping[], own: number): boolean {
  return map.length === 1 && map[0]?.outside === own && map[0].count === 1;
}

/** @throws SandboxError when the program would refuse. */
function programFor(
  option: 'uidMap' | 'gidMap',
  map: IdMapping[],
  own: number,
  kindName: 'uids' | 'gids',
  allotted: Allotted,
): string {
  const kind = allotted[kindName];
  const why = whyNoProgram(kind, allotted);
  if (why !== undefined) {
    throw new SandboxError(
      `The option "${option}" needs ${kind.program}(1), which cannot be used`,
      {
        option,
        ...why,
      },
    );
  }
  const refused = map.find(
    ({ outside, count }) =>
      !(outside === own && count === 1) && !isAllotted({ start: outside, count }, kind.ranges),
  );
  if (refused !== undefined) {
    const lines = kind.lines.length === 0 ? 'none' : kind.lines.join(', ');
    throw new SandboxError(
      `The option "${option}" asks for the ids ${rangeText(refused)}, which are not allotted to ${allotted.user}`,
      {
        option,
        subject: rangeText(refused),
        reason: `Lines of ${kind.file} for ${allotted.user}: ${lines}.`,
        fix: fixFor(allotted.user, [refused], kindName),
      },
    );
  }
  return kind.path as string;
}

function fixFor(user: string, ranges: IdMapping[], kind?: 'uids' | 'gids'): string {
  const range = ranges[0] ? rangeText(ranges[0]) : '100000-165535';
  const flags = [
    ...(kind === 'gids' ? [] : [`--add-subuids ${range}`]),
    ...(kind === 'uids' ? [] : [`--add-subgids ${range}`]),
  ];
  return `Run: sudo usermod ${flags.join(' ')} ${user}`;
}

function rangeText({ outside, count }: IdMapping): string {
  return count === 1 ? `${outside}` : `${outside}-${outside + count - 1}`;
}
