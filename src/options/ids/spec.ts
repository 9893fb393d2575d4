import { SandboxError } from '../../errors/sandbox-error';
import type { CheckedOptions } from '../options';
import { type Allotted, allottedIds } from './allotted';
import { type IdMapping, toInside, toOutside } from './id-maps';
import type { Identity } from './identity';
import { idMaps } from './maps';

export interface IdSpec {
  uidMap: IdMapping[];
  gidMap: IdMapping[];
  denySetgroups: boolean;
  /** Set-user-ID programs that write the maps, where the kernel would not take them from us. */
  newuidmap?: string;
  newgidmap?: string;
  /** What PID 1 becomes, where its own ids are not mapped: as nobody it could make no file. */
  init?: { uid: number; gid: number };
  /** Whom the test process becomes, where it is not to stay who PID 1 is. */
  user?: { uid?: number; gid?: number; clearGroups: boolean };
  /** Whether the test process is, outside, another user than Jest: then Jest's files are not its own. */
  otherUser: boolean;
  /** What such a user has to be able to read. */
  readable: string[];
  /** What could not be had, of what was only to be tried. */
  notices: string[];
}

/** How ids inside stand for ids outside, and who the test process is. */
export function toIdSpec(
  options: CheckedOptions,
  identity: Identity,
  userNamespace: boolean,
  needed: string[] = [],
  allotted: () => Allotted = allottedIds,
): IdSpec {
  const here = userNamespace
    ? idMaps(options, identity, allotted)
    : withoutNamespace(options, identity);
  const allowed = here.setgroups && options.setgroups !== 'deny';
  if (userNamespace && options.setgroups === 'allow' && !allowed) throw setgroupsRefused();

  const uid = ids('uid', options.uid, identity.uid, here.uids, 'uidMap');
  const gid = ids('gid', options.gid, identity.gid, here.gids, 'gidMap');
  const changes = uid.test !== uid.init || gid.test !== gid.init;
  const otherUser = toOutside(here.uids, uid.test) !== identity.uid;
  return {
    uidMap: userNamespace ? here.uids : [],
    gidMap: userNamespace ? here.gids : [],
    denySetgroups: userNamespace && !allowed,
    ...(here.newuidmap === undefined ? {} : { newuidmap: here.newuidmap }),
    ...(here.newgidmap === undefined ? {} : { newgidmap: here.newgidmap }),
    ...(uid.isInitMapped && gid.isInitMapped ? {} : { init: { uid: uid.init, gid: gid.init } }),
    ...(changes
      ? {
          user: {
            ...(uid.test === uid.init ? {} : { uid: uid.test }),
            ...(gid.test === gid.init ? {} : { gid: gid.test }),
            clearGroups: allowed,
          },
        }
      : {}),
    otherUser,
    readable: otherUser ? needed : [],
    notices: here.notices,
  };
}

/** Without a user namespace ids are what they are; real root can still become another user. */
function withoutNamespace(options: CheckedOptions, { uid, gid, all }: Identity) {
  if (all !== undefined) return { ...all, setgroups: true, notices: [], ...NO_PROGRAMS };
  for (const [option, own] of [
    ['uid', uid],
    ['gid', gid],
  ] as const) {
    if (options[option] === undefined || options[option] === own) continue;
    throw new SandboxError(
      `The option "${option}" needs the user namespace, which "namespaces" leaves out`,
      { option, reason: 'Only root can become another user without one. setuid(2)' },
    );
  }
  const self = (id: number): IdMapping[] => [{ inside: id, outside: id, count: 1 }];
  return { uids: self(uid), gids: self(gid), setgroups: false, notices: [], ...NO_PROGRAMS };
}

const NO_PROGRAMS = { newuidmap: undefined, newgidmap: undefined };

interface Ids {
  /** Whether PID 1's own id has a place in the map. */
  isInitMapped: boolean;
  init: number;
  test: number;
}

/**
 * One kind of id. PID 1 is who it was, as the map shows it; where the map has no place for that, root, or
 * else whoever the test process is to be.
 */
function ids(
  option: 'uid' | 'gid',
  asked: number | undefined,
  own: number,
  map: IdMapping[],
  mapOption: string,
): Ids {
  if (asked !== undefined && toOutside(map, asked) === undefined) {
    throw new SandboxError(
      `The option "${option}" is ${asked}, an id that does not exist inside: ${mapText(map)}`,
      { option, subject: `${asked}`, fix: `Give it a place in "${mapOption}".` },
    );
  }
  const ownInside = toInside(map, own);
  const instead = toOutside(map, 0) === undefined ? (asked ?? (map[0] as IdMapping).inside) : 0;
  const init = ownInside ?? instead;
  return { isInitMapped: ownInside !== undefined, init, test: asked ?? init };
}

function mapText(map: IdMapping[]): string {
  const [first] = map;
  if (map.length === 1 && first?.count === 1) return `there is ${first.inside} only`;
  return `there are ${map.map(({ inside, count }) => (count === 1 ? inside : `${inside}-${inside + count - 1}`)).join(', ')}`;
}

function setgroupsRefused(): SandboxError {
  return new SandboxError('The option "setgroups" cannot be "allow" here', {
    option: 'setgroups',
    reason:
      'An ordinary user who maps groups by himself has to give it up: he could leave a group that keeps him out of files. user_namespaces(7)',
    fix: 'Map groups that /etc/subgid allots, with "mapAuto" or "gidMap": newgidmap(1) then writes the map.',
  });
}
