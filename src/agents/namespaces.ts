import { NAMESPACES, type NamespaceIds, type NamespaceName } from '../namespaces';
import { NAMESPACE_FLAGS } from './constants/clone';
import { NS } from './constants/ioctl';
import type { Core } from './core';
import type { AgentFiles } from './files';

/** A namespace, or the one that the process's children are born into. */
export type NamespaceFile = NamespaceName | 'pid_for_children' | 'time_for_children';

/** The name of its file in /proc/PID/ns. */
export function namespaceFile(name: NamespaceFile): string {
  return NAMESPACES.find((row) => row.name === name)?.file ?? name;
}

/** The namespaces that the agent is in. */
export class AgentNamespaces {
  constructor(
    private readonly core: Core,
    private readonly files: AgentFiles,
  ) {}

  /** Inode numbers by name, null where the kernel has no such namespace. */
  ids(pid: number | 'self' = 'self'): NamespaceIds {
    const found = NAMESPACES.map(({ name }) => {
      try {
        return [name, this.id(name, pid)];
      } catch (error) {
        if ((error as { code?: string }).code === 'ENOENT') return [name, null];
        throw error;
      }
    });
    return Object.fromEntries(found) as NamespaceIds;
  }

  /** One inode number. */
  id(name: NamespaceFile, pid: number | 'self' = 'self'): number {
    const link = this.files.readlink(`/proc/${pid}/ns/${namespaceFile(name)}`);
    return Number(/\[(\d+)\]$/.exec(link)?.[1]);
  }

  /** A descriptor of the agent that keeps the namespace alive. */
  open(name: NamespaceFile, pid: number | 'self' = 'self'): number {
    return this.files.open(`/proc/${pid}/ns/${namespaceFile(name)}`);
  }

  /** Keeps the namespace alive by a bind mount on this file, which has to exist. namespaces(7) */
  pin(name: NamespaceFile, path: string, pid: number | 'self' = 'self'): void {
    const source = `/proc/${pid}/ns/${namespaceFile(name)}`;
    this.core.call('mount', [source, path, null, 0x1000, null], { path: source, dest: path });
  }

  /** A file handle of a namespace's descriptor, for `openHandle`. name_to_handle_at(2) */
  handle(fd: number): Buffer {
    const handle = Buffer.alloc(8 + 128);
    handle.writeUInt32LE(128);
    this.core.call('name_to_handle_at', [fd, '', handle, Buffer.alloc(4), 0x1000], { fd });
    return Buffer.from(handle.subarray(0, 8 + handle.readUInt32LE()));
  }

  /** The namespace of a handle, on the root of nsfs. open_by_handle_at(2), FD_NSFS_ROOT */
  openHandle(handle: Uint8Array): number {
    return this.core.call('open_by_handle_at', [-10003, handle, 0o2000000]);
  }
}

export interface MountNamespaceInfo {
  size: number;
  mounts: number;
  id: bigint;
}

/** What nsfs answers about a descriptor of a namespace. ioctl_ns(2) */
export class AgentNamespaceRequests {
  constructor(private readonly core: Core) {}

  /** A descriptor of the parent of a user or PID namespace. */
  parent(fd: number): number {
    return this.ask(fd, 'NS_GET_PARENT');
  }

  /** A descriptor of the user namespace that owns it. */
  userNamespace(fd: number): number {
    return this.ask(fd, 'NS_GET_USERNS');
  }

  /** Its name by its CLONE_NEW* flag. */
  type(fd: number): NamespaceName {
    const flag = this.ask(fd, 'NS_GET_NSTYPE');
    const found = Object.entries(NAMESPACE_FLAGS).find(([, value]) => value === flag);
    return (found?.[0] ?? `flag ${flag}`) as NamespaceName;
  }

  /** The user who made a user namespace. */
  ownerUid(fd: number): number {
    const uid = Buffer.alloc(4);
    this.ask(fd, 'NS_GET_OWNER_UID', uid);
    return uid.readUInt32LE();
  }

  /** The 64-bit id of a namespace, never used again. */
  id(fd: number): bigint {
    return this.ask64(fd, 'NS_GET_ID');
  }

  /** The 64-bit id of a mount namespace, for statmount(2) and listmount(2). */
  mountNamespaceId(fd: number): bigint {
    return this.ask64(fd, 'NS_GET_MNTNS_ID');
  }

  mountNamespaceInfo(fd: number): MountNamespaceInfo {
    const info = Buffer.alloc(16);
    info.writeUInt32LE(16);
    this.ask(fd, 'NS_MNT_GET_INFO', info);
    return {
      size: info.readUInt32LE(),
      mounts: info.readUInt32LE(4),
      id: info.readBigUInt64LE(8),
    };
  }

  /** A descriptor of the mount namespace after this one; ENOENT behind the last. */
  nextMountNamespace(fd: number): number {
    return this.ask(fd, 'NS_MNT_GET_NEXT', Buffer.alloc(16));
  }

  previousMountNamespace(fd: number): number {
    return this.ask(fd, 'NS_MNT_GET_PREV', Buffer.alloc(16));
  }

  /** Which pid a process of that PID namespace has here. */
  pidFrom(fd: number, pid: number): number {
    return this.ask(fd, 'NS_GET_PID_FROM_PIDNS', pid);
  }

  /** Which pid a process of here has in that PID namespace. */
  pidIn(fd: number, pid: number): number {
    return this.ask(fd, 'NS_GET_PID_IN_PIDNS', pid);
  }

  private ask(fd: number, request: keyof typeof NS, argument: Buffer | number = 0): number {
    return this.core.call('ioctl', [fd, NS[request], argument], { request, fd });
  }

  private ask64(fd: number, request: keyof typeof NS): bigint {
    const id = Buffer.alloc(8);
    this.ask(fd, request, id);
    return id.readBigUInt64LE();
  }
}
