import { NAMESPACES, type NamespaceName } from '../namespaces';
import { callNative } from '../native/load';
import { DISPOSE } from './dispose';
import { closeFile, openFile, readOpenStatus } from './kernel-files';
import {
  checkNamespaceName,
  type NamespaceReference,
  namespaceFile,
  referencePath,
} from './namespace-reference';

/**
 * A namespace, held open: it lives as long as this value is not closed, with no process in it as well.
 * `using` closes it.
 */
export class Namespace {
  /** An open descriptor, for setns(2) and /proc/self/fd. */
  readonly fd: number;
  readonly type: NamespaceName;
  /** Equal numbers are one namespace. */
  readonly inode: number;
  #open = true;

  /** Takes the descriptor over. Throws SystemError ENOTTY if it is not of a namespace. */
  constructor(fd: number, facts: { path?: string } = {}) {
    this.fd = fd;
    try {
      const flag = callNative('nsGetType', [fd], facts);
      this.type = NAMESPACES.find((row) => row.flag === flag)?.name as NamespaceName;
      this.inode = readOpenStatus(fd).ino;
    } catch (error) {
      closeFile(fd);
      throw error;
    }
  }

  /**
   * The user namespace that owns this one; of a user namespace, its parent.
   *
   * @throws SystemError EPERM if it is not visible from here: an ancestor of this process's own.
   * @see ioctl_nsfs(2), NS_GET_USERNS
   */
  owner(): Namespace {
    return new Namespace(callNative('nsGetUserns', [this.#checked()]));
  }

  /**
   * The parent of a user or PID namespace.
   *
   * @throws SystemError EINVAL for other kinds, EPERM if it is not visible from here.
   * @see ioctl_nsfs(2), NS_GET_PARENT
   */
  parent(): Namespace {
    return new Namespace(callNative('nsGetParent', [this.#checked()]));
  }

  /**
   * The user who made this user namespace.
   *
   * @throws SystemError EINVAL for other kinds.
   * @see ioctl_nsfs(2), NS_GET_OWNER_UID
   */
  ownerUid(): number {
    return callNative('nsGetOwnerUid', [this.#checked()]);
  }

  /** Lets go of it. A second time does nothing. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    closeFile(this.fd);
  }

  [DISPOSE](): void {
    this.close();
  }

  #checked(): number {
    // The number may be another file's by now.
    if (!this.#open) throw new TypeError(`The ${this.type} namespace ${this.inode} is closed`);
    return this.fd;
  }
}

/** Which namespace to open: of a process by its kind, or the one behind a path or descriptor. */
export type NamespaceToOpen =
  | { namespace: NamespaceName; pid?: number; path?: never; fd?: never }
  | (NamespaceReference & { namespace?: never; pid?: never });

/** Where a namespace that is to be opened or pinned lies. Throws TypeError. */
export function pathToOpen(what: string, request: NamespaceToOpen): string {
  const { namespace, pid, path, fd } = (request ?? {}) as {
    namespace?: NamespaceName;
    pid?: number;
    path?: string;
    fd?: number;
  };
  if (namespace === undefined) {
    if (pid !== undefined)
      throw new TypeError(`Expected ${what} to say which namespace of pid ${pid}`);
    return referencePath(what, { path, fd } as NamespaceReference, 'user');
  }
  const name = checkNamespaceName(namespace);
  if (path !== undefined || fd !== undefined) {
    throw new TypeError(`Expected ${what} to have a namespace and pid, or a path or fd, not both`);
  }
  if (pid === undefined) return namespaceFile('thread-self', name);
  return referencePath(what, { pid }, name);
}

/**
 * Opens a namespace, which keeps it alive.
 *
 * @throws TypeError if the request cannot be right.
 * @throws SystemError ENOENT if there is no such process or path, EACCES if it may not be looked at,
 *   ENOTTY if the path is no namespace's.
 * @see namespaces(7)
 */
export function open(request: NamespaceToOpen): Namespace {
  const path = pathToOpen('the namespace', request);
  return new Namespace(openFile(path, 0), { path });
}
