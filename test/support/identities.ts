import type { Identity } from '../../src/options/ids/identity';

const ALL = [{ inside: 0, outside: 0, count: 4294967295 }];

/** Who may be told to have started Jest, whoever has. */
export const ROOT = { uid: 0, gid: 0, all: { uids: ALL, gids: ALL } } satisfies Identity;
export const USER: Identity = { uid: 1000, gid: 100, all: undefined };
