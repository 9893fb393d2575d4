import { type Mount, parseMountinfo } from '../helpers/parse-mountinfo';
import { AT } from './constants/files';
import { type Flags, flagsOf, namesOf } from './constants/flags';
import {
  FS,
  FSCONFIG,
  MOUNT_ATTR,
  MOVE_MOUNT,
  MS,
  OPEN_TREE,
  ST,
  STATMOUNT,
  UMOUNT,
} from './constants/mounts';
import type { Core } from './core';
import type { AgentFiles } from './files';
import { struct } from './struct';

/** The arguments of mount(2). */
export interface RawMount {
  source?: string | null;
  target: string;
  type?: string | null;
  flags?: Flags<typeof MS>;
  data?: string | null;
}

const MOUNT_ATTRIBUTES = struct({ set: 'u64', clear: 'u64', propagation: 'u64', userns: 'u64' });

export interface MountAttributes {
  set?: Flags<typeof MOUNT_ATTR>;
  clear?: Flags<typeof MOUNT_ATTR>;
  propagation?: 'MS_PRIVATE' | 'MS_SHARED' | 'MS_SLAVE' | 'MS_UNBINDABLE';
  /** A descriptor of the user namespace whose map an MOUNT_ATTR_IDMAP takes. */
  userNamespace?: number;
  /** All mounts below as well. */
  recursive?: boolean;
}

const STATFS = struct({
  type: 'long',
  bsize: 'ulong',
  blocks: 'ulong',
  bfree: 'ulong',
  bavail: 'ulong',
  files: 'ulong',
  ffree: 'ulong',
  fsid: 'u64',
  namelen: 'ulong',
  frsize: 'ulong',
  flags: 'ulong',
  spare: 'bytes[32]',
});

export interface FileSystemStatus {
  /** The magic number. */
  type: number;
  blockSize: number;
  blocks: number;
  free: number;
  available: number;
  files: number;
  /** `ST_RDONLY` and so on. */
  flags: string[];
}

// struct mnt_id_req, and struct statmount of Linux 6.8 with what came later up to mnt_ns_id.
const REQUEST = struct({
  size: 'u32',
  spare: 'u32',
  mntId: 'u64',
  param: 'u64',
  namespaceId: 'u64',
});
const STATMOUNT_HEAD = struct({
  size: 'u32',
  mntOpts: 'u32',
  mask: 'u64',
  sbDevMajor: 'u32',
  sbDevMinor: 'u32',
  sbMagic: 'u64',
  sbFlags: 'u32',
  fsType: 'u32',
  mntId: 'u64',
  mntParentId: 'u64',
  mntIdOld: 'u32',
  mntParentIdOld: 'u32',
  mntAttr: 'u64',
  mntPropagation: 'u64',
  mntPeerGroup: 'u64',
  mntMaster: 'u64',
  propagateFrom: 'u64',
  mntRoot: 'u32',
  mntPoint: 'u32',
  mntNsId: 'u64',
});
const STATMOUNT_STRINGS = 512;
const LIST_ROOT = 0xffff_ffff_ffff_ffffn;

export interface MountStatus {
  mask: string[];
  id: bigint;
  parentId: bigint;
  /** As in mountinfo. */
  oldId: number;
  oldParentId: number;
  attributes: string[];
  propagation: string[];
  peerGroup: bigint;
  master: bigint;
  namespaceId: bigint;
  device: string;
  type: string;
  root: string;
  target: string;
  options: string;
}

/** The mounts of the agent's mount namespace, by the calls themselves. */
export class AgentMounts {
  constructor(
    private readonly core: Core,
    private readonly files: AgentFiles,
  ) {}

  /** /proc/self/mountinfo, parsed. */
  list(): Mount[] {
    return parseMountinfo(this.files.readFile('/proc/self/mountinfo'));
  }

  /** The topmost mount whose target is this path. */
  get(target: string): Mount | undefined {
    return this.list()
      .filter((mount) => mount.target === target)
      .at(-1);
  }

  mount({ source = null, target, type = null, flags = 0, data = null }: RawMount): void {
    const facts = source === null ? { path: target } : { path: source, dest: target };
    this.core.call('mount', [source, target, type, flagsOf(MS, flags), data], facts);
  }

  bind(source: string, target: string, { recursive = false } = {}): void {
    this.mount({ source, target, flags: MS.MS_BIND | (recursive ? MS.MS_REC : 0) });
  }

  /** Changes the propagation of a mount, and with MS_REC of those below. */
  propagation(target: string, flags: Flags<typeof MS>): void {
    this.mount({ target, flags });
  }

  umount(target: string, flags: Flags<typeof UMOUNT> = 0): void {
    this.core.call('umount2', [target, flagsOf(UMOUNT, flags)], { path: target });
  }

  pivotRoot(newRoot: string, putOld: string): void {
    this.core.call('pivot_root', [newRoot, putOld], { path: newRoot, dest: putOld });
  }

  chroot(path: string): void {
    this.core.call('chroot', [path], { path });
  }

  /** A descriptor of a file system that is being set up. fsopen(2) */
  fsopen(type: string, flags: Flags<typeof FS> = 'FSOPEN_CLOEXEC'): number {
    return this.core.call('fsopen', [type, flagsOf(FS, flags)], { type });
  }

  /** One step of the set-up: its command, and key, value and descriptor as the command wants them. */
  fsconfig(
    fd: number,
    command: keyof typeof FSCONFIG,
    key: string | null = null,
    value: string | Uint8Array | null = null,
    aux = 0,
  ): void {
    const args = [fd, FSCONFIG[command], key, value, aux];
    this.core.call('fsconfig', args, { command, ...(key !== null && { key }) });
  }

  /** Makes a file system and mounts it nowhere yet: a descriptor of the mount. fsmount(2) */
  fsmount(
    fd: number,
    attributes: Flags<typeof MOUNT_ATTR> = 0,
    flags: Flags<typeof FS> = 1,
  ): number {
    return this.core.call('fsmount', [fd, flagsOf(FS, flags), flagsOf(MOUNT_ATTR, attributes)], {
      fd,
    });
  }

  /** A descriptor to change a mounted file system by. fspick(2) */
  fspick(
    path: string,
    flags: Flags<typeof FS> = 'FSPICK_CLOEXEC',
    directory: number = AT.AT_FDCWD,
  ): number {
    return this.core.call('fspick', [directory, path, flagsOf(FS, flags)], { path });
  }

  /** A descriptor of a mount, or of a detached copy. open_tree(2) */
  openTree(
    path: string,
    flags: Flags<typeof OPEN_TREE> = ['OPEN_TREE_CLONE', 'OPEN_TREE_CLOEXEC'],
    directory: number = AT.AT_FDCWD,
  ): number {
    return this.core.call('open_tree', [directory, path, flagsOf(OPEN_TREE, flags)], { path });
  }

  /** Attaches or moves a mount; a descriptor stands for itself. move_mount(2) */
  moveMount(from: number | string, to: number | string, flags: Flags<typeof MOVE_MOUNT> = 0): void {
    const [fromFd, fromPath] = typeof from === 'number' ? [from, ''] : [AT.AT_FDCWD, from];
    const [toFd, toPath] = typeof to === 'number' ? [to, ''] : [AT.AT_FDCWD, to];
    const empty =
      (typeof from === 'number' ? MOVE_MOUNT.MOVE_MOUNT_F_EMPTY_PATH : 0) |
      (typeof to === 'number' ? MOVE_MOUNT.MOVE_MOUNT_T_EMPTY_PATH : 0);
    const all = flagsOf(MOVE_MOUNT, flags) | empty;
    this.core.call('move_mount', [fromFd, fromPath, toFd, toPath, all], {
      path: String(from),
      dest: String(to),
    });
  }

  /** Changes attributes of a mount, by path or by a descriptor of it. mount_setattr(2) */
  setattr(
    mount: number | string,
    { set = 0, clear = 0, propagation, userNamespace = 0, recursive = false }: MountAttributes,
  ): void {
    const attributes = MOUNT_ATTRIBUTES.pack({
      set: flagsOf(MOUNT_ATTR, set),
      clear: flagsOf(MOUNT_ATTR, clear),
      propagation: propagation === undefined ? 0 : MS[propagation],
      userns: userNamespace,
    });
    const [fd, path] = typeof mount === 'number' ? [mount, ''] : [AT.AT_FDCWD, mount];
    const flags = (path === '' ? AT.AT_EMPTY_PATH : 0) | (recursive ? AT.AT_RECURSIVE : 0);
    this.core.call('mount_setattr', [fd, path, flags, attributes, MOUNT_ATTRIBUTES.size], {
      path: String(mount),
    });
  }

  statfs(path: string): FileSystemStatus {
    const buffer = STATFS.pack();
    this.core.call('statfs', [path, buffer], { path });
    const found = STATFS.unpack(buffer);
    return {
      type: found.type,
      blockSize: found.bsize,
      blocks: found.blocks,
      free: found.bfree,
      available: found.bavail,
      files: found.files,
      flags: namesOf(ST, found.flags & ~ST.ST_VALID),
    };
  }

  /** The unique ids of the mounts below one, of a namespace by its id or the agent's own. listmount(2) */
  listIds({
    below = LIST_ROOT,
    after = 0n,
    namespaceId = 0n,
    limit = 1024,
  }: {
    below?: bigint;
    after?: bigint;
    namespaceId?: bigint;
    limit?: number;
  } = {}): bigint[] {
    const request = this.idRequest(below, after, namespaceId);
    const ids = Buffer.alloc(8 * limit);
    const count = this.core.call('listmount', [request, ids, limit, 0]);
    return Array.from({ length: count }, (_, index) => ids.readBigUInt64LE(8 * index));
  }

  /** What is known of a mount by its unique id, `fs.stat(path).mountId`. statmount(2) */
  statmount(
    id: bigint,
    {
      mask = 0x7f,
      namespaceId = 0n,
    }: { mask?: Flags<typeof STATMOUNT>; namespaceId?: bigint } = {},
  ): MountStatus {
    const request = this.idRequest(id, BigInt(flagsOf(STATMOUNT, mask)), namespaceId);
    const buffer = Buffer.alloc(16 * 1024);
    this.core.call('statmount', [request, buffer, buffer.length, 0], { id: String(id) });
    const found = STATMOUNT_HEAD.unpack(buffer);
    const has = (bit: keyof typeof STATMOUNT) => (found.mask & BigInt(STATMOUNT[bit])) !== 0n;
    const text = (bit: keyof typeof STATMOUNT, offset: number) => {
      const start = STATMOUNT_STRINGS + offset;
      return has(bit) ? buffer.toString('utf8', start, buffer.indexOf(0, start)) : '';
    };
    return {
      mask: namesOf(STATMOUNT, found.mask),
      id: found.mntId,
      parentId: found.mntParentId,
      oldId: found.mntIdOld,
      oldParentId: found.mntParentIdOld,
      attributes: namesOf(MOUNT_ATTR, found.mntAttr).filter((name) => !name.includes('__')),
      propagation: namesOf(MS, found.mntPropagation),
      peerGroup: found.mntPeerGroup,
      master: found.mntMaster,
      namespaceId: found.mntNsId,
      device: `${found.sbDevMajor}:${found.sbDevMinor}`,
      type: text('STATMOUNT_FS_TYPE', found.fsType),
      root: text('STATMOUNT_MNT_ROOT', found.mntRoot),
      target: text('STATMOUNT_MNT_POINT', found.mntPoint),
      options: text('STATMOUNT_MNT_OPTS', found.mntOpts),
    };
  }

  /** Before Linux 6.11 the request has no namespace, and is shorter. */
  private idRequest(mntId: bigint, param: bigint, namespaceId: bigint) {
    const size = namespaceId === 0n ? 24 : REQUEST.size;
    return REQUEST.pack({ size, mntId, param, namespaceId });
  }
}
