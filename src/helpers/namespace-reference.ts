import { NAMESPACES, type NamespaceName } from '../namespaces';
import { checkInteger, checkName, checkOneOf, checkOptions, checkPid } from './check';
import { closeFile, openFile } from './kernel-files';

/** A namespace by one of those in it, by a path that it is mounted on, or by an open descriptor. */
export type NamespaceReference =
  | { pid: number; path?: never; fd?: never }
  | { path: string; pid?: never; fd?: never }
  | { fd: number; pid?: never; path?: never };

export const NAMESPACE_NAMES: readonly NamespaceName[] = NAMESPACES.map(({ name }) => name);

export function checkNamespaceName(value: unknown): NamespaceName {
  return checkOneOf('namespace', value, NAMESPACE_NAMES);
}

/** `/proc/7/ns/mnt` for pid 7 and `mount`. */
export function namespaceFile(pid: number | 'thread-self', namespace: NamespaceName): string {
  const { file } = NAMESPACES.find(({ name }) => name === namespace) as (typeof NAMESPACES)[number];
  return `/proc/${pid}/ns/${file}`;
}

/** The file of a namespace. Throws TypeError for what is no reference. */
export function referencePath(
  what: string,
  reference: NamespaceReference,
  namespace: NamespaceName,
): string {
  // A value of ns.namespaces.open() is a reference too, and has more than these keys.
  const { pid, path, fd } = reference ?? {};
  if ([pid, path, fd].filter((given) => given !== undefined).length !== 1) {
    throw new TypeError(`Expected ${what} to have one of pid, path and fd`);
  }
  if (pid !== undefined) return namespaceFile(checkPid(pid), namespace);
  if (path !== undefined) return checkName(`path of ${what}`, path);
  return `/proc/self/fd/${checkInteger(`descriptor of ${what}`, fd, { min: 0, max: 2 ** 31 - 1 })}`;
}

/** The same, of a literal: an unknown key is refused. */
export function checkReference<Reference extends NamespaceReference>(
  what: string,
  reference: Reference,
): Reference {
  return checkOptions(what, reference, ['pid', 'path', 'fd']);
}

/** Opens the namespace, uses the descriptor and closes it. Throws SystemError. */
export function withNamespace<Result>(
  what: string,
  reference: NamespaceReference,
  namespace: NamespaceName,
  use: (fd: number) => Result,
): Result {
  const fd = openFile(referencePath(what, reference, namespace), 0);
  try {
    return use(fd);
  } finally {
    closeFile(fd);
  }
}
