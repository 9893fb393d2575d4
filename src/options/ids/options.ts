import { SandboxError } from '../../errors/sandbox-error';
import { checkBoolean } from '../check';
import type { Room } from '../room';

export interface IdOptions {
  /** The user is root (id 0) inside. Default: true. unshare(1) --map-root-user */
  mapRootUser?: boolean;
  /** The user has the same id inside as outside. Default: false. unshare(1) --map-current-user */
  mapCurrentUser?: boolean;
}

export interface CheckedIdOptions {
  mapRootUser: boolean;
  mapCurrentUser: boolean;
}

export const idRoom: Room<CheckedIdOptions> = {
  rows: {
    mapRootUser: { read: (value, option) => checkBoolean(option, value), default: true },
    mapCurrentUser: { read: (value, option) => checkBoolean(option, value), default: false },
  },

  settle(options, given) {
    const { mapRootUser: root, mapCurrentUser: current } = given;
    if (root !== undefined && current !== undefined && root === current) {
      throw new SandboxError(
        `The options "mapRootUser" and "mapCurrentUser" contradict each other: both are ${current}`,
        { option: 'mapCurrentUser' },
      );
    }
    // Either word says what the other would.
    if (root !== undefined) options.mapCurrentUser = !options.mapRootUser;
    else options.mapRootUser = !options.mapCurrentUser;
  },
};
