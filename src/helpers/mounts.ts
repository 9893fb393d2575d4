import { callNative } from '../native/load';
import { checkBoolean, checkName, checkOptions, checkPid } from './check';
import { readLink, readText, unless, withOpenFile } from './kernel-files';
import {
  changedFlags,
  flagsInForce,
  type MountFlags,
  MS_BIND,
  MS_MOVE,
  MS_RDONLY,
  MS_REC,
  MS_REMOUNT,
  parseMountOptions,
} from './mount-options';
import { type Mount, parseMountinfo } from './parse-mountinfo';
import { viewMounts } from './views';

export interface MountRequest {
  /** What to mount: a path for `bind`, `rbind` and `move`, a device, or any text for a virtual file system. */
  source?: string;
  /** Where: an existing path. */
  target: string;
  /**
   * A file system such as `tmpfs`, or `bind`, `rbind` (with all mounts below) or `move`. Left out to
   * remount, or to change nothing but the propagation.
   */
  type?: string;
  /** The same as the option `ro`. */
  readonly?: boolean;
  /** As mount(8) takes them: `['nosuid', 'size=1m', 'private']` or `'nosuid,size=1m,private'`. */
  options?: string | readonly string[];
}

/** open(2): only names the file; nothing is read, no device is opened. */
const O_PATH = 0o1000_0000;
const MNT_DETACH = 2;
const OF_PATHS: Record<string, number> = { bind: MS_BIND, rbind: MS_BIND | MS_REC, move: MS_MOVE };

/**
 * The mounts of a process's mount namespace, as far as they lie below its root directory.
 *
 * @param pid a process of this sandbox; the calling thread by default.
 * @throws SystemError ENOENT if there is no such process, EACCES if it may not be looked at.
 * @see proc_pid_mountinfo(5)
 */
function list(pid?: number): Mount[] {
  // thread-self: a mount namespace belongs to a thread.
  const directory = pid === undefined ? 'thread-self' : checkPid(pid);
  return parseMountinfo(readText(`/proc/${directory}/mountinfo`));
}

/**
 * The topmost mount on this very path, symbolic links followed; undefined if nothing is mounted there.
 *
 * @throws SystemError EACCES if the path may not be walked.
 * @see proc_pid_fdinfo(5), proc_pid_mountinfo(5)
 */
function get(target: string): Mount | undefined {
  const path = checkName('target of the mount', target);
  return unless(['ENOENT', 'ENOTDIR'], () =>
    // The kernel itself says which mount a path leads to; a list of mounts leaves open which hide which.
    withOpenFile(path, O_PATH, (fd) => {
      const id = Number(/^mnt_id:\s*(\d+)$/m.exec(readText(`/proc/self/fdinfo/${fd}`))?.[1]);
      const resolved = readLink(`/proc/self/fd/${fd}`);
      return list().find((mount) => mount.id === id && mount.target === resolved);
    }),
  );
}

/** A mount and those below it, the ones on top of others last. */
function withMountsBelow(top: Mount): Mount[] {
  const found = [top];
  const all = list();
  for (const parent of found) {
    found.push(...all.filter((mount) => mount.parent === parent.id && mount !== parent));
  }
  return found;
}

/** mount(2): a bind takes no flags of its own, they need a remount, and that needs the old ones too. */
function remountBind(mount: Mount, flags: MountFlags): void {
  const wanted = changedFlags(flagsInForce(mount.options), flags);
  const { target } = mount;
  callNative('mount', [null, target, null, MS_REMOUNT | MS_BIND | wanted, null], { path: target });
}

function bind(source: string, target: string, how: number, flags: MountFlags): void {
  if (flags.data.length > 0) {
    throw new TypeError(
      `A bind mount has no file system options of its own, got "${flags.data.join(',')}"`,
    );
  }
  callNative('mount', [source, target, null, how, null], { path: source, dest: target });
  if (flags.set === 0 && flags.clear === 0) return;
  const top = get(target);
  if (top === undefined) return;
  for (const mount of how & MS_REC ? withMountsBelow(top) : [top]) {
    // What another mount hides has no path to remount it by, and none to write to it by either.
    if (get(mount.target)?.id === mount.id) remountBind(mount, flags);
  }
}

function move(source: string, target: string, flags: MountFlags): void {
  if (flags.set !== 0 || flags.data.length > 0) {
    throw new TypeError('A move changes no options of a mount: remount it afterwards');
  }
  callNative('mount', [source, target, null, MS_MOVE, null], { path: source, dest: target });
}

/** mount(2): the propagation is never changed together with anything else. */
function propagate(target: string, flags: MountFlags): void {
  for (const propagation of flags.propagation) {
    callNative('mount', [null, target, null, propagation, null], { path: target });
  }
}

function remount(target: string, how: number, flags: MountFlags): void {
  const mount = get(target);
  const wanted = changedFlags(mount === undefined ? 0 : flagsInForce(mount.options), flags);
  const data = flags.data.join(',') || null;
  callNative('mount', [null, target, null, MS_REMOUNT | how | wanted, data], { path: target });
}

function mountFileSystem(
  source: string | undefined,
  target: string,
  type: string,
  flags: MountFlags,
): void {
  const facts = source === undefined ? { path: target } : { path: source, dest: target };
  const data = flags.data.join(',') || null;
  // Every file system without a device shows its source as it was given; its own name tells most.
  callNative('mount', [source ?? type, target, type, flags.set, data], { ...facts, type });
}

/**
 * Mounts a file system, binds a directory or file to another place, moves a mount, remounts one or
 * changes its propagation: what the options of mount(8) say. With `readonly`, an `rbind` makes every
 * mount below read-only too. If a later step fails, what the first one mounted is unmounted again.
 *
 * @throws TypeError if the request cannot be right.
 * @throws SystemError EPERM without CAP_SYS_ADMIN in this mount namespace, or if flags of a mount from
 *   outside are locked; ENOENT if a path does not exist; ENODEV if the kernel has no such file system;
 *   EINVAL for options that it does not know.
 * @see mount(2), mount(8), mount_namespaces(7)
 */
function mount(request: MountRequest): void {
  checkOptions('ns.mounts.mount', request, ['source', 'target', 'type', 'readonly', 'options']);
  const target = checkName('target of the mount', request.target);
  const { source, type } = request;
  if (source !== undefined) checkName('source of the mount', source);
  if (type !== undefined) checkName('type of the mount', type);
  const flags = parseMountOptions(request.options ?? []);
  if (checkBoolean('readonly option', request.readonly ?? false)) flags.set |= MS_RDONLY;

  const how = type === undefined ? undefined : OF_PATHS[type];
  if (flags.remount) {
    remount(target, (how ?? 0) & MS_BIND, flags);
    propagate(target, flags);
  } else if (how === MS_MOVE) {
    move(checkSource(source, type), target, flags);
    propagate(target, flags);
  } else if (how !== undefined) {
    allOrNothing(target, () => {
      bind(checkSource(source, type), target, how, flags);
      propagate(target, flags);
    });
  } else if (type !== undefined) {
    allOrNothing(target, () => {
      mountFileSystem(source, target, type, flags);
      propagate(target, flags);
    });
  } else if (flags.propagation.length > 0 && flags.set === 0 && flags.data.length === 0) {
    propagate(target, flags);
  } else {
    throw new TypeError(
      'Expected the type of the mount: a file system such as "tmpfs", or "bind", "rbind" or "move"',
    );
  }
}

function checkSource(source: string | undefined, type: string | undefined): string {
  if (source === undefined) throw new TypeError(`Expected the source of the ${type} mount`);
  return source;
}

/** A mount with half of its options is worse than none: what is new on the target goes again. */
function allOrNothing(target: string, work: () => void): void {
  const before = get(target)?.id;
  try {
    work();
  } catch (error) {
    // The step's own error is the one to report: if this fails too, the mount is still there to see.
    if (get(target)?.id !== before) {
      unless(['EINVAL', 'EPERM'], () => unmount(target, { detach: true }));
    }
    throw error;
  }
}

/**
 * Unmounts the topmost mount on a path.
 *
 * @param options detach: take it and all mounts below out of sight now, and unmount when no longer busy.
 * @throws SystemError EINVAL if nothing is mounted there or it came from outside and is locked, EBUSY
 *   if it is in use, EPERM without CAP_SYS_ADMIN in this mount namespace.
 * @see umount2(2), MNT_DETACH
 */
function unmount(target: string, options: { detach?: boolean } = {}): void {
  const path = checkName('target of the mount', target);
  checkOptions('ns.mounts.unmount', options, ['detach']);
  const detach = checkBoolean('detach option', options.detach ?? false);
  callNative('umount2', [path, detach ? MNT_DETACH : 0], { path });
}

/**
 * The mounts that paths lead to, as lines that are the same in every run, for `toMatchSnapshot()`: by
 * target, with type, source, options and propagation; what differs from run to run is left out.
 *
 * @param options below: only those at or below this directory.
 * @throws SystemError if /proc cannot be read.
 */
function view(options: { below?: string } = {}): string[] {
  checkOptions('ns.mounts.view', options, ['below']);
  return viewMounts(list(), checkName('directory', options.below ?? '/'));
}

export const mounts = { list, get, mount, unmount, view };
