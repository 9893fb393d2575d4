/** Mounts, and the root file system. mount(2), mount_namespaces(7) */
import path from 'node:path';
import {
  DOCKER_APPARMOR_OPTION,
  DOCKER_OPTIONS,
  PODMAN_OPTIONS,
  PODMAN_SELINUX_OPTION,
} from './containers';
import { isMasked, isOlderThan, isOverlay, isProgram, isRoot, read } from './host';
import type { Pitfall } from './pitfall';

const profile = () => read('/proc/self/attr/current') ?? '';

export const MOUNT_PITFALLS: Pitfall[] = [
  {
    steps: ['make mounts private'],
    codes: ['EACCES'],
    confirmed: () => profile().startsWith('docker-default'),
    reason: "Docker's AppArmor profile docker-default forbids mounts.",
    fix: `Start the container with: ${DOCKER_APPARMOR_OPTION}`,
  },
  {
    steps: ['make mounts private', 'mount'],
    codes: ['EACCES', 'EPERM'],
    confirmed: () => profile().includes(':container_t:') && read('/sys/fs/selinux/enforce') === '1',
    reason: 'SELinux forbids mounts to containers (container_t).',
    fix: `Start the container with: ${PODMAN_SELINUX_OPTION}`,
  },
  {
    steps: ['mount overlay'],
    codes: ['ENODEV'],
    confirmed: () => !/\toverlay$/m.test(read('/proc/filesystems') ?? '\toverlay'),
    reason: 'This kernel has no overlay file system, or its module is not loaded.',
    fix: 'Run: sudo modprobe overlay',
  },
  {
    steps: ['mount overlay'],
    codes: ['EPERM'],
    confirmed: () => !isRoot() && isOlderThan(5, 11),
    reason: 'Before Linux 5.11 only root may mount an overlay.',
    fix: 'Run Jest as root, or leave the overlay out.',
  },
  {
    steps: ['mount overlay'],
    codes: ['EINVAL'],
    confirmed: () => isOverlay('/'),
    reason: 'The root here is an overlay itself, as in a container: the kernel stacks two at most.',
    fix: 'Use directories on another file system, such as a volume.',
  },
  {
    steps: ['mount proc', 'mount sysfs'],
    codes: ['EPERM'],
    confirmed: () => isMasked('/proc/') || isMasked('/sys/'),
    reason:
      'Parts of /proc or /sys are masked, as in a container, so the kernel refuses a new one.',
    fix: `Docker: ${DOCKER_OPTIONS}; podman: ${PODMAN_OPTIONS}`,
  },
  {
    steps: ['exec'],
    // 80 is ELIBBAD, which Node has no name for.
    codes: ['ENOENT', 'EACCES', 'ENOEXEC', 'errno 80', 'EIO'],
    confirmed: (program) => path.isAbsolute(program) && isProgram(program),
    reason:
      'On the host the program is there: the root file system inside lacks it or its loader, or has another loader by that name.',
    fix: 'Bind what is missing by the option "mounts", or use a root with the same C library as the host.',
  },
];
