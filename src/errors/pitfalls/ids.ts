/** Id maps, and becoming somebody else. user_namespaces(7), newuidmap(1) */
import { existsSync } from 'node:fs';
import { CAPABILITIES, hasCapability, isMountedWith, isRoot, processStatus, read } from './host';
import { always, type Pitfall } from './pitfall';

const PROGRAMS = ['newuidmap', 'newgidmap'];

export const ID_PITFALLS: Pitfall[] = [
  {
    steps: ['write uid_map'],
    codes: ['EPERM'],
    confirmed: () => isRoot() && !hasCapability(CAPABILITIES.SETFCAP),
    reason:
      'This root lacks CAP_SETFCAP, without which id 0 can be mapped into no sandbox (Linux 5.12, user_namespaces(7)).',
    fix: 'Run as another user than root, or start the container with: --cap-add SETFCAP',
  },
  {
    steps: ['write uid_map', 'write gid_map', 'write setgroups'],
    codes: ['EROFS'],
    confirmed: () => isMountedWith('ro', '/proc/self/uid_map'),
    reason: '/proc is mounted read-only, and the kernel takes id maps through files in it.',
    fix: 'Run: mount -o remount,bind,rw /proc, or start Jest where it is writable.',
  },
  {
    steps: PROGRAMS,
    codes: ['EPERM'],
    confirmed: () => processStatus('NoNewPrivs') === '1',
    reason: 'no_new_privs is set here, so a set-user-ID program has no power.',
    fix: 'Kubernetes: allowPrivilegeEscalation: true. Docker: without --security-opt no-new-privileges',
  },
  {
    steps: PROGRAMS,
    codes: ['ENOENT', 'EACCES'],
    confirmed: () => PROGRAMS.some((program) => !existsSync(`/usr/bin/${program}`)),
    reason: 'newuidmap and newgidmap are not installed.',
    fix: 'On Debian: sudo apt install uidmap',
  },
  {
    steps: ['clear groups', 'write gid_map'],
    codes: ['EPERM'],
    confirmed: () => read('/proc/self/setgroups') === 'deny',
    reason:
      'setgroups(2) is given up in the user namespace that Jest runs in (/proc/self/setgroups).',
    fix: 'Leave out "uid" and "gid", or run Jest where it is allowed.',
  },
  {
    // The step is the probe.
    steps: ['read as user'],
    codes: ['EACCES'],
    confirmed: always,
    reason: 'The user that the test process runs as inside may not read or search it.',
    fix: 'Let others read the project and the folders above it (chmod o+rx), or leave out "uid" and "uidMap".',
  },
];
