/** Creating and joining namespaces. clone(2), user_namespaces(7), setns(2) */
import { DOCKER_OPTIONS, UBUNTU_SYSCTL } from './containers';
import {
  CAPABILITIES,
  canHaveUserNamespace,
  exhaustedLimit,
  fullGroup,
  hasCapability,
  hasSeccompFilter,
  isChrooted,
  isRoot,
  isUnmapped,
  missingNamespaces,
  softLimit,
  sysctl,
} from './host';
import { always, type Pitfall } from './pitfall';

const PROCESSES = 'Max processes';

export const NAMESPACE_PITFALLS: Pitfall[] = [
  {
    steps: ['clone namespaces'],
    codes: ['EPERM'],
    confirmed: () => sysctl('kernel/unprivileged_userns_clone') === '0',
    reason:
      'This kernel forbids user namespaces to ordinary users (kernel.unprivileged_userns_clone = 0).',
    fix: 'Run: sudo sysctl -w kernel.unprivileged_userns_clone=1',
  },
  {
    steps: ['clone namespaces'],
    codes: ['ENOSPC', 'EUSERS'],
    confirmed: () => exhaustedLimit() !== undefined,
    reason: () =>
      `The limit user.${exhaustedLimit()} is 0: the kernel counts namespaces, not disk space.`,
    fix: () => `Run: sudo sysctl -w user.${exhaustedLimit()}=28633`,
  },
  {
    steps: ['clone namespaces'],
    codes: ['ENOSPC', 'EUSERS'],
    confirmed: always,
    reason:
      'A limit of namespaces is reached (user.max_*_namespaces), or they are nested over 32 deep.',
    fix: 'See which with: sysctl -a --pattern "user.max.*namespaces"; list what is in use with: lsns',
  },
  {
    steps: ['clone namespaces'],
    codes: ['EPERM'],
    confirmed: isChrooted,
    reason:
      'This process runs in a chroot, where the kernel refuses user namespaces (user_namespaces(7)).',
    fix: 'Enter the root file system with pivot_root instead of chroot.',
  },
  {
    steps: ['clone namespaces'],
    codes: ['EPERM'],
    confirmed: () => isUnmapped('uid') || isUnmapped('gid'),
    reason:
      'The user or group that Jest runs as has no id in the user namespace around it (/proc/self/uid_map, gid_map).',
    fix: 'Run Jest as one that has, or map this one there: unshare --map-root-user',
  },
  {
    steps: ['clone namespaces'],
    codes: ['EPERM', 'ENOSYS'],
    confirmed: hasSeccompFilter,
    reason:
      'A seccomp filter is in force here, as in a Docker container, and refuses new namespaces.',
    fix: `Start the container with: ${DOCKER_OPTIONS}`,
  },
  {
    steps: [
      ...['write uid_map', 'write gid_map', 'write setgroups', 'clone namespaces'],
      ...['make mounts private', 'mount', 'bring lo up', 'set hostname'],
    ],
    codes: ['EPERM', 'EACCES'],
    confirmed: () => sysctl('kernel/apparmor_restrict_unprivileged_userns') === '1',
    reason:
      'AppArmor restricts unprivileged user namespaces (kernel.apparmor_restrict_unprivileged_userns = 1).',
    fix: `Run: ${UBUNTU_SYSCTL}`,
  },
  {
    steps: ['clone namespaces'],
    codes: ['EPERM'],
    confirmed: () => isRoot() && !hasCapability(CAPABILITIES.SYS_ADMIN) && canHaveUserNamespace(),
    reason:
      'This root lacks CAP_SYS_ADMIN, without which namespaces can be had together with one of kind "user" only.',
    fix: 'Let the sandbox have the namespace "user", or start the container with: --cap-add SYS_ADMIN',
  },
  {
    steps: ['clone namespaces'],
    codes: ['EINVAL'],
    confirmed: () => missingNamespaces().length > 0,
    reason: () => `This kernel has no ${missingNamespaces().join(', ')} namespace.`,
    fix: 'Give it up with the option namespaces, for example { time: false } or { time: "try" }.',
  },
  {
    steps: ['start ns-init', 'clone namespaces', 'start command'],
    codes: ['EAGAIN'],
    confirmed: () => fullGroup() !== undefined,
    reason: () => `No more processes fit into the cgroup ${fullGroup()} (pids.max).`,
    fix: 'Raise its pids.max; in Docker: --pids-limit',
  },
  {
    steps: ['start ns-init', 'clone namespaces', 'start command'],
    codes: ['EAGAIN'],
    confirmed: () => softLimit(PROCESSES) !== undefined,
    reason: () =>
      `This user may have ${softLimit(PROCESSES)} processes and threads at once (RLIMIT_NPROC), and has them.`,
    fix: 'Raise the limit: ulimit -u',
  },
  {
    steps: ['join '],
    codes: ['EPERM'],
    confirmed: always,
    reason:
      'To join a namespace takes CAP_SYS_ADMIN in the user namespace that owns it (setns(2)).',
    fix: 'Run as root, or join the owning user namespace too: namespaces: { user: { pid } }.',
  },
  {
    steps: ['join '],
    codes: ['EINVAL'],
    confirmed: always,
    reason: 'The file is a namespace of another kind (setns(2)).',
    fix: 'See which kind it is: lsns --output NS,TYPE,PATH, or stat -L.',
  },
];
