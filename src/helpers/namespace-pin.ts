import path from 'node:path';
import { callNative } from '../native/load';
import { checkName } from './check';
import { makeDirectories, makeFile, openFile, removeFile, unless } from './kernel-files';
import { MS_BIND } from './mount-options';
import { Namespace, type NamespaceToOpen, pathToOpen } from './namespace-value';

/** Where ip-netns(8) looks for names. */
const NAMED_NET_NAMESPACES = '/run/netns';

/**
 * Mounts a namespace on a file, which is made: it lives until it is unpinned, with no process in it as
 * well. Below /run/netns, which is made if need be, `ip netns` knows a net namespace by the file's name.
 *
 * @throws SystemError EEXIST if there is such a file, EINVAL for a mount namespace that is not younger
 *   than this process's own, EPERM without CAP_SYS_ADMIN in this mount namespace.
 * @see namespaces(7), ip-netns(8), mount(2)
 */
export function pin(request: NamespaceToOpen, target: string): void {
  const file = checkName('path of the pin', target);
  const source = pathToOpen('the namespace', request);
  // Of another file than a namespace's a bind mount would be no pin.
  const held = new Namespace(openFile(source, 0), { path: source });
  try {
    if (path.dirname(file) === NAMED_NET_NAMESPACES) makeDirectories(NAMED_NET_NAMESPACES);
    makeFile(file);
    try {
      callNative('mount', [`/proc/self/fd/${held.fd}`, file, null, MS_BIND, null], {
        path: source,
        dest: file,
      });
    } catch (error) {
      unless(['ENOENT'], () => removeFile(file));
      throw error;
    }
  } finally {
    held.close();
  }
}

/**
 * Unmounts a namespace from a file, and removes the file.
 *
 * @throws SystemError ENOENT if there is no such file, EINVAL if nothing is mounted on it.
 * @see umount2(2)
 */
export function unpin(target: string): void {
  const file = checkName('path of the pin', target);
  const MNT_DETACH = 2;
  callNative('umount2', [file, MNT_DETACH], { path: file });
  removeFile(file);
}
