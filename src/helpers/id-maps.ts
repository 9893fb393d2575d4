import type { IdMapping } from '../options/ids/id-maps';
import { checkPid } from './check';
import { readText, unless } from './kernel-files';

/** Which ids of a process's user namespace stand for which of this process's own. */
export interface IdMaps {
  uid: IdMapping[];
  gid: IdMapping[];
  /** Whether setgroups(2) may be called there; absent before Linux 3.19. */
  setgroups?: 'allow' | 'deny';
}

/** Lines of three numbers. proc_pid_uid_map(5) */
export function parseIdMap(text: string): IdMapping[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .map(([inside = 0, outside = 0, count = 0]) => ({ inside, outside, count }));
}

/**
 * The id maps of a process's user namespace; empty where none was written.
 *
 * @param pid a process of this sandbox; this one by default.
 * @throws SystemError ENOENT if there is no such process, EACCES if it may not be looked at.
 * @see proc_pid_uid_map(5), proc_pid_setgroups(5), user_namespaces(7)
 */
export function maps(pid?: number): IdMaps {
  const directory = `/proc/${pid === undefined ? 'self' : checkPid(pid)}`;
  const setgroups = unless(['ENOENT'], () => readText(`${directory}/setgroups`).trim());
  return {
    uid: parseIdMap(readText(`${directory}/uid_map`)),
    gid: parseIdMap(readText(`${directory}/gid_map`)),
    ...((setgroups === 'allow' || setgroups === 'deny') && { setgroups }),
  };
}
