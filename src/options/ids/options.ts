import { SandboxError } from '../../errors/sandbox-error';
import { checkBoolean, checkOneOf } from '../check';
import type { Room, Row } from '../room';
import { checkId, checkIdMap, type IdMapping } from './id-maps';

export interface IdOptions {
  /** The user is root (id 0) inside. Default: true. unshare(1) --map-root-user */
  mapRootUser?: boolean;
  /** The user has the same id inside as outside. Default: false. unshare(1) --map-current-user */
  mapCurrentUser?: boolean;
  /**
   * The user is root inside, and the ids that /etc/subuid and /etc/subgid allot to him are 1 and
   * onwards; where there are none, one id, and a line that says so. Default: false. unshare(1) --map-auto
   */
  mapAuto?: boolean;
  /** Which user ids there are inside, and which they are outside. user_namespaces(7) */
  uidMap?: (Omit<IdMapping, 'count'> & { count?: number })[];
  /** The same for group ids. */
  gidMap?: (Omit<IdMapping, 'count'> & { count?: number })[];
  /** Whether setgroups(2) works inside. Default: "allow" where it can be had. unshare(1) --setgroups */
  setgroups?: 'allow' | 'deny';
  /** The user id, inside, that the test process runs as. Default: whoever Jest's user is inside. */
  uid?: number;
  /** The group id, inside, that the test process runs as. */
  gid?: number;
}

export interface CheckedIdOptions {
  mapRootUser: boolean;
  mapCurrentUser: boolean;
  mapAuto: boolean;
  uidMap: IdMapping[] | undefined;
  gidMap: IdMapping[] | undefined;
  setgroups: 'allow' | 'deny' | undefined;
  uid: number | undefined;
  gid: number | undefined;
}

const map: Row<IdMapping[] | undefined> = {
  read: (value, option) => checkIdMap(option, value),
  default: undefined,
  needs: 'user',
};
const id: Row<number | undefined> = {
  read: (value, option) => checkId(option, value),
  default: undefined,
};

/** Each of a pair says who the user is inside. */
const CONTRADICTIONS: [keyof IdOptions, keyof IdOptions][] = [
  ['mapRootUser', 'mapCurrentUser'],
  ['mapRootUser', 'uidMap'],
  ['mapRootUser', 'gidMap'],
  ['mapCurrentUser', 'uidMap'],
  ['mapCurrentUser', 'gidMap'],
  ['mapRootUser', 'uid'],
  ['mapRootUser', 'gid'],
  ['mapCurrentUser', 'uid'],
  ['mapCurrentUser', 'gid'],
  ['mapAuto', 'mapCurrentUser'],
  ['mapAuto', 'uidMap'],
  ['mapAuto', 'gidMap'],
];

export const idRoom: Room<CheckedIdOptions> = {
  rows: {
    mapRootUser: { read: (value, option) => checkBoolean(option, value), default: true },
    mapCurrentUser: { read: (value, option) => checkBoolean(option, value), default: false },
    mapAuto: {
      read: (value, option) => checkBoolean(option, value),
      default: false,
      needs: 'user',
    },
    uidMap: map,
    gidMap: map,
    setgroups: {
      read: (value, option) => checkOneOf<'allow' | 'deny'>(option, ['allow', 'deny'], value),
      default: undefined,
      needs: 'user',
    },
    uid: id,
    gid: id,
  },

  settle(options, given) {
    const { mapRootUser: root, mapCurrentUser: current } = given;
    if (root !== undefined && root === current) {
      throw contradiction('mapRootUser', 'mapCurrentUser', `both are ${current}`);
    }
    for (const [one, other] of CONTRADICTIONS) {
      const isSaid = (option: keyof IdOptions) =>
        given[option] !== undefined && given[option] !== false;
      if (isSaid(one) && isSaid(other)) {
        throw contradiction(one, other, 'each says who the user is inside');
      }
    }
    if (given.mapAuto === true && root === false) {
      throw contradiction('mapAuto', 'mapRootUser', 'with the ranges the user is root inside');
    }
    for (const option of ['mapAuto', 'uidMap', 'gidMap'] as const) {
      if (given[option] === undefined || given[option] === false) continue;
      if (options.namespaces.user !== 'try') continue;
      throw new SandboxError(`The option "${option}" cannot go with "namespaces.user": 'try'`, {
        option,
        reason: "Without the namespace the file would run with the host's ids.",
      });
    }
    // Either word says what the other would.
    if (root !== undefined) options.mapCurrentUser = !options.mapRootUser;
    else options.mapRootUser = !options.mapCurrentUser;
  },
};

function contradiction(one: string, other: string, why: string): SandboxError {
  return new SandboxError(`The options "${one}" and "${other}" contradict each other: ${why}`, {
    option: other,
  });
}
