import { checkText } from './check';

// The options of mount(8) as flags of mount(2). linux/mount.h

export const MS_RDONLY = 0x1;
export const MS_REMOUNT = 0x20;
export const MS_BIND = 0x1000;
export const MS_MOVE = 0x2000;
export const MS_REC = 0x4000;

const MS_NOATIME = 0x400;
const MS_RELATIME = 0x20_0000;
const MS_STRICTATIME = 0x100_0000;

/** Each option with the flag that it sets; `no` or its like before it clears the flag. */
const SETTING: Record<string, number> = {
  ro: MS_RDONLY,
  nosuid: 0x2,
  nodev: 0x4,
  noexec: 0x8,
  sync: 0x10,
  mand: 0x40,
  dirsync: 0x80,
  nosymfollow: 0x100,
  noatime: MS_NOATIME,
  nodiratime: 0x800,
  silent: 0x8000,
  relatime: MS_RELATIME,
  strictatime: MS_STRICTATIME,
  lazytime: 0x200_0000,
};

const CLEARING: Record<string, number> = {
  rw: MS_RDONLY,
  suid: 0x2,
  dev: 0x4,
  exec: 0x8,
  async: 0x10,
  nomand: 0x40,
  symfollow: 0x100,
  atime: MS_NOATIME,
  diratime: 0x800,
  loud: 0x8000,
  norelatime: MS_RELATIME,
  nostrictatime: MS_STRICTATIME,
  nolazytime: 0x200_0000,
};

const PROPAGATION: Record<string, number> = {
  unbindable: 0x2_0000,
  private: 0x4_0000,
  slave: 0x8_0000,
  shared: 0x10_0000,
};

export interface MountFlags {
  set: number;
  clear: number;
  remount: boolean;
  /** Each is a mount(2) of its own. */
  propagation: number[];
  /** What is not a flag: the file system's own options. */
  data: string[];
}

function propagationFlag(option: string): number | undefined {
  const own = PROPAGATION[option];
  if (own !== undefined) return own;
  const recursive = option.startsWith('r') ? PROPAGATION[option.slice(1)] : undefined;
  return recursive === undefined ? undefined : recursive | MS_REC;
}

function addOption(flags: MountFlags, option: string): void {
  const set = SETTING[option];
  const clear = CLEARING[option];
  const propagation = propagationFlag(option);
  if (option === 'remount') {
    flags.remount = true;
  } else if (set !== undefined) {
    flags.set |= set;
    flags.clear &= ~set;
  } else if (clear !== undefined) {
    flags.clear |= clear;
    flags.set &= ~clear;
  } else if (propagation !== undefined) {
    flags.propagation.push(propagation);
  } else if (option !== '' && option !== 'defaults') {
    flags.data.push(option);
  }
}

/** Options as mount(8) takes them, in a list or in one text with commas; the last one wins. */
export function parseMountOptions(options: unknown): MountFlags {
  const list = Array.isArray(options) ? options : [options];
  const flags: MountFlags = { set: 0, clear: 0, remount: false, propagation: [], data: [] };
  for (const text of list) {
    for (const option of checkText('options of the mount', text).split(',')) {
      addOption(flags, option);
    }
  }
  return flags;
}

/**
 * The flags that a mount has, from its options in mountinfo. A remount drops those that are not
 * passed again, and is refused with EPERM if one of them is locked. mount_namespaces(7)
 */
export function flagsInForce(options: readonly string[]): number {
  const flags = options.reduce((sum, option) => sum | (SETTING[option] ?? 0), 0);
  // mountinfo shows strictatime by showing neither of the other two.
  return flags & (MS_NOATIME | MS_RELATIME) ? flags : flags | MS_STRICTATIME;
}

/** The flags in force, changed by what was asked for. Of the three ways to keep atime, one holds. */
export function changedFlags(inForce: number, { set, clear }: MountFlags): number {
  const atime = MS_NOATIME | MS_RELATIME | MS_STRICTATIME;
  const kept = set & atime ? inForce & ~atime : inForce;
  return (kept & ~clear) | set;
}
