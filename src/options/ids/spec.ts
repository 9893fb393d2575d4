import type { CheckedOptions } from '../options';
import type { Identity, IdMapping } from './identity';

export interface IdSpec {
  uidMap: IdMapping[];
  gidMap: IdMapping[];
  denySetgroups: boolean;
}

/** How ids inside stand for ids outside; nothing where there is no user namespace. */
export function toIdSpec(
  options: CheckedOptions,
  { uid, gid, all }: Identity,
  userNamespace: boolean,
): IdSpec {
  if (!userNamespace) return { uidMap: [], gidMap: [], denySetgroups: false };
  const own = (id: number): IdMapping[] => [
    { inside: options.mapRootUser ? 0 : id, outside: id, count: 1 },
  ];
  return {
    uidMap: all?.uids ?? own(uid),
    gidMap: all?.gids ?? own(gid),
    denySetgroups: all === undefined,
  };
}
