import { readFileSync } from 'node:fs';
import { effectiveCapabilities } from './capabilities';
import type { IdMapping } from './id-maps';

/** Who asks for a sandbox, and which ids he has to give. */
export interface Identity {
  uid: number;
  gid: number;
  /** Every id of this user namespace, where it may be mapped on; undefined where only the own one may. */
  all: { uids: IdMapping[]; gids: IdMapping[] } | undefined;
}

const CAP_SETGID = 6n;
const CAP_SETUID = 7n;

/**
 * Root maps every id that it has on, so that `chown`, `setuid` and servers with a user of their own work.
 * Root of a namespace that has one id only, or may not call setgroups(2), is like any other user.
 */
export function currentIdentity(): Identity {
  const uid = process.geteuid?.() ?? 0;
  const gid = process.getegid?.() ?? 0;
  const may = effectiveCapabilities();
  const mapsAll =
    may(CAP_SETUID) && may(CAP_SETGID) && read('/proc/self/setgroups').trim() !== 'deny';
  const all = { uids: identityMap('/proc/self/uid_map'), gids: identityMap('/proc/self/gid_map') };
  return { uid, gid, all: mapsAll ? all : undefined };
}

/** Each id of this namespace onto itself: what is the inside here is the outside of the sandbox. */
function identityMap(file: string): IdMapping[] {
  return read(file)
    .split('\n')
    .filter(Boolean)
    .map((line) => line.trim().split(/\s+/).map(Number))
    .map(([inside = 0, , count = 0]) => ({ inside, outside: inside, count }));
}

function read(file: string): string {
  return readFileSync(file, 'utf8');
}
