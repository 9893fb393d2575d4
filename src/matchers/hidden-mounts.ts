import type { MountFacts } from './facts';

/**
 * The ids of the mounts that no path reaches any more, because a later mount covers their target or
 * a directory above it. /proc/self/mountinfo goes on listing them.
 */
export function hiddenMounts(mounts: readonly MountFacts[]): Set<number> {
  const byId = new Map(mounts.map((mount) => [mount.id, mount]));
  // What lies on a hidden mount is hidden with it, but for the one mount that hides it.
  const isHidden = (mount: MountFacts, apartFrom?: MountFacts): boolean => {
    const parent = byId.get(mount.parent);
    return (
      mounts.some((other) => other !== apartFrom && covers(other, mount)) ||
      (parent !== undefined && parent !== mount && isHidden(parent, mount))
    );
  };
  return new Set(mounts.filter((mount) => isHidden(mount)).map((mount) => mount.id));
}

/** On top of the other, or beside it on the same parent and on a directory above its target. */
function covers(upper: MountFacts, mount: MountFacts): boolean {
  // Only the very first root is its own parent.
  if (upper === mount || upper.id === mount.parent) return false;
  if (upper.parent === mount.id) return upper.target === mount.target;
  return upper.parent === mount.parent && isBelow(mount.target, upper.target);
}

function isBelow(path: string, directory: string): boolean {
  return path !== directory && path.startsWith(directory === '/' ? '/' : `${directory}/`);
}
