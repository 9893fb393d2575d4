import { SystemError } from '../errors/system-error';
import { NAMESPACES, type NamespaceIds } from '../namespaces';
import { checkPid } from './check';
import { readLink, readStatus, unless } from './kernel-files';

const ESRCH = 3;

/** The inode number in what /proc/PID/ns/* links to, for example `net:[4026531840]`. namespaces(7) */
function idFrom(link: string): number {
  return Number(/\[(\d+)\]$/.exec(link)?.[1]);
}

/**
 * The namespaces that a process is in, as inode numbers by name: equal numbers are one namespace.
 * null where the kernel has no such namespace, or the process is a zombie and has left it.
 *
 * @param pid a process of this sandbox; the calling thread by default.
 * @throws SystemError ESRCH if there is no such process, EACCES if it may not be looked at.
 * @see namespaces(7), proc_pid_ns(5)
 */
export function ids(pid?: number): NamespaceIds {
  // thread-self: /proc/self is the main thread's, and namespaces belong to threads.
  const directory = pid === undefined ? '/proc/thread-self' : `/proc/${checkPid(pid)}`;
  if (unless(['ENOENT'], () => readStatus(directory)) === undefined) {
    throw new SystemError({ errno: ESRCH, syscall: 'readlink', facts: { path: directory, pid } });
  }
  const found = NAMESPACES.map(({ name, file }) => {
    const link = unless(['ENOENT'], () => readLink(`${directory}/ns/${file}`));
    return [name, link === undefined ? null : idFrom(link)];
  });
  return Object.fromEntries(found) as NamespaceIds;
}
