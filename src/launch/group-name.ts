/** What the name of a sandbox's cgroup says: which ns-init has made it. */
export interface GroupMaker {
  /** The inode of the PID namespace that it counts in. */
  pidNamespace: string;
  pid: number;
  /** In ticks since boot. */
  started: number;
}

const NAME = /^ns-jest-(\d+)-(\d+)-(\d+)$/;

/** Undefined for a cgroup that is none of ns-init's. */
export function makerOf(name: string): GroupMaker | undefined {
  const [, pidNamespace, pid, started] = NAME.exec(name) ?? [];
  if (pidNamespace === undefined) return undefined;
  return { pidNamespace, pid: Number(pid), started: Number(started) };
}
