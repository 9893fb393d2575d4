import { accessSync, constants, existsSync, readFileSync, statfsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { NAMESPACES } from '../namespaces';

/** A cause that a probe confirmed, and what to do about it. */
export interface Hint {
  reason: string;
  fix: string;
}

interface Row {
  /** Steps of ns-init, by the start of their names. */
  steps: string[];
  /** Of errnos; the empty one is that of a program that tells its own cause. */
  codes: string[];
  /** Asks the host. A cause is named only when this says yes. */
  confirmed: (subject: string) => boolean;
  reason: string;
  fix: string;
}

const ID_MAPS = ['write uid_map', 'write gid_map', 'write setgroups'];

const ID_PROGRAMS = ['newuidmap', 'newgidmap'];
const ID_PROGRAM_PATHS = ['/usr/bin/newuidmap', '/usr/bin/newgidmap'];
const CGROUP_STEPS = ['make cgroup', 'enter cgroup', 'leave cgroup', 'set limit'];

/** In the order in which they are tried: the more particular cause first. */
const ROWS: Row[] = [
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
    get reason() {
      return `The limit user.${exhaustedLimit()} is 0: the kernel counts namespaces, not disk space.`;
    },
    get fix() {
      return `Run: sudo sysctl -w user.${exhaustedLimit()}=28633`;
    },
  },
  {
    steps: ['clone namespaces'],
    codes: ['ENOSPC', 'EUSERS'],
    confirmed: () => true,
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
    codes: ['EPERM', 'ENOSYS'],
    confirmed: () => processStatus('Seccomp') === '2',
    reason:
      'A seccomp filter is in force here, as in a Docker container, and refuses new namespaces.',
    fix: 'Start the container with: --security-opt seccomp=unconfined --security-opt systempaths=unconfined',
  },
  {
    steps: [
      ...ID_MAPS,
      'clone namespaces',
      'make mounts private',
      'mount',
      'bring lo up',
      'set hostname',
    ],
    codes: ['EPERM', 'EACCES'],
    confirmed: () => sysctl('kernel/apparmor_restrict_unprivileged_userns') === '1',
    reason:
      'AppArmor restricts unprivileged user namespaces (kernel.apparmor_restrict_unprivileged_userns = 1).',
    fix: 'Run: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
  },
  {
    steps: ['clone namespaces'],
    codes: ['EINVAL'],
    confirmed: () => NAMESPACE_FILES.some((file) => !existsSync(`/proc/self/ns/${file}`)),
    get reason() {
      const missing = NAMESPACE_FILES.filter((file) => !existsSync(`/proc/self/ns/${file}`));
      return `This kernel has no ${missing.join(', ')} namespace.`;
    },
    fix: 'Give it up with the option namespaces, for example { time: false } or { time: "try" }.',
  },
  {
    steps: ['make link'],
    codes: ['EOPNOTSUPP', 'ENOTSUP'],
    confirmed: () => true,
    reason:
      'This kernel cannot make links of that kind, or the link cannot do what is asked of it.',
    fix: 'See what it was built with: zgrep -E "DUMMY|MACVLAN|VXLAN|VLAN_8021Q" /proc/config.gz',
  },
  {
    steps: ['make link'],
    codes: ['EACCES', 'ENOENT'],
    confirmed: () => !isWritable('/dev/net/tun'),
    reason: 'Links of kind tap and tun need /dev/net/tun, which is missing or closed to this user.',
    fix: 'Run: sudo chmod 666 /dev/net/tun',
  },
  {
    steps: ['connect by pasta', 'connect by slirp4netns'],
    codes: [''],
    confirmed: () => !isWritable('/dev/net/tun'),
    reason: '/dev/net/tun, by which it makes the interface, is missing or closed to this user.',
    fix: 'Run: sudo modprobe tun; sudo chmod 666 /dev/net/tun',
  },
  {
    steps: ['connect by veth'],
    codes: ['EOPNOTSUPP', 'ENOTSUP'],
    confirmed: () => true,
    reason: 'This kernel has no veth.',
    fix: "Run: sudo modprobe veth, or set network: 'pasta'.",
  },
  {
    steps: ['set up NAT'],
    codes: ['ENETUNREACH'],
    confirmed: () => sysctl('net/ipv4/ip_forward') === '0',
    reason:
      'The host passes no packets on (net.ipv4.ip_forward = 0), so no answer would come back to the sandbox. ns-jest changes no sysctl of the host.',
    fix: "Run: sudo sysctl -w net.ipv4.ip_forward=1, or set network: { type: 'veth', nat: false } to reach the host alone.",
  },
  {
    steps: ['set up NAT'],
    codes: ['EOPNOTSUPP', 'ENOTSUP', 'EINVAL', 'ENOENT', 'EPROTONOSUPPORT'],
    confirmed: () => true,
    reason:
      'This kernel has no nf_tables with masquerading and with tables that belong to a process (Linux 5.12).',
    fix: "Set network: { type: 'veth', nat: false } to reach the host alone, or network: 'pasta'.",
  },
  {
    steps: ['choose addresses'],
    codes: ['EADDRNOTAVAIL'],
    confirmed: () => true,
    reason: 'Every part of that network is in use, by a route of the host or by another sandbox.',
    fix: 'Choose a larger or another one by "network.cidr": each sandbox takes four addresses, or one on a bridge.',
  },
  {
    steps: ['find bridge'],
    codes: ['ENODEV', 'EADDRNOTAVAIL', 'EOPNOTSUPP', 'ENOTSUP'],
    confirmed: () => true,
    reason:
      'The option "network.bridge" names a bridge of the host that is there already and has an IPv4 address.',
    fix: 'Run: sudo ip link add NAME up type bridge; sudo ip address add 10.84.0.1/24 dev NAME',
  },
  {
    steps: ['publish port'],
    codes: ['EADDRINUSE'],
    confirmed: () => true,
    reason:
      'Another process has that port, or another sandbox: files that run at once cannot publish the same.',
    fix: 'See who: ss -lnp. Give each file a port of its own, by its docblock.',
  },
  {
    steps: ['publish port'],
    codes: ['EACCES'],
    confirmed: () => process.geteuid?.() !== 0,
    reason: 'Ports below net.ipv4.ip_unprivileged_port_start are closed to ordinary users.',
    fix: 'Publish a port from 1024 on.',
  },
  {
    steps: ['publish port'],
    codes: ['EADDRNOTAVAIL'],
    confirmed: () => true,
    reason: 'No interface of the host has that address.',
    fix: 'Publish at 127.0.0.1, or at 0.0.0.0 for all.',
  },
  {
    steps: ['join '],
    codes: ['EPERM'],
    confirmed: () => true,
    reason:
      'To join a namespace takes CAP_SYS_ADMIN in the user namespace that owns it (setns(2)).',
    fix: 'Run as root, or join the owning user namespace too: namespaces: { user: { pid } }.',
  },
  {
    steps: ['join '],
    codes: ['EINVAL'],
    confirmed: () => true,
    reason: 'The file is a namespace of another kind (setns(2)).',
    fix: 'See which kind it is: lsns --output NS,TYPE,PATH, or stat -L.',
  },
  {
    steps: ['start command', 'clone namespaces'],
    codes: ['EAGAIN'],
    confirmed: () => true,
    reason: 'The process limit is reached (RLIMIT_NPROC, or pids.max of the cgroup).',
    fix: 'See: ulimit -u; cat /sys/fs/cgroup/pids.max',
  },
  {
    steps: ['make mounts private'],
    codes: ['EACCES'],
    confirmed: () => read('/proc/self/attr/current')?.startsWith('docker-default') ?? false,
    reason: "Docker's AppArmor profile docker-default forbids mounts.",
    fix: 'Start the container with: --security-opt apparmor=unconfined',
  },
  {
    steps: ['raise limit'],
    codes: ['EPERM'],
    confirmed: () => !hasCapability(CAP_SYS_RESOURCE),
    reason: 'Only root of the host may raise a hard limit (CAP_SYS_RESOURCE).',
    fix: 'Ask for at most the hard limit, as "hard" does, or raise it for Jest: ulimit -H, limits.conf(5).',
  },
  {
    steps: ['raise limit'],
    codes: ['EPERM'],
    confirmed: () => true,
    get reason() {
      return `No limit of open files goes beyond fs.nr_open = ${sysctl('fs/nr_open')}.`;
    },
    fix: 'Ask for less, or raise it: sysctl fs.nr_open',
  },
  {
    steps: ['add capability'],
    codes: ['EPERM'],
    confirmed: () => true,
    reason: 'Nobody can be given a capability that the sandbox itself does not have.',
    fix: 'Leave it out. With the namespace "user" a sandbox has all.',
  },
  {
    steps: ['open sysctl'],
    codes: ['EACCES', 'EROFS', 'EPERM'],
    confirmed: () => true,
    reason: "Its file is another owner's, or read-only: the kernel keeps it from the sandbox.",
    fix: 'Leave it out of the option "sysctl", or write it as root.',
  },
  {
    steps: ['open sysctl'],
    codes: ['ENOENT'],
    confirmed: () => true,
    reason: 'This kernel has no such parameter in a namespace.',
    fix: 'Leave it out of the option "sysctl".',
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
    confirmed: () => process.geteuid?.() !== 0 && isOlderThan(5, 11),
    reason: 'Before Linux 5.11 only root may mount an overlay.',
    fix: 'Run Jest as root, or leave the overlay out.',
  },
  {
    steps: ['mount overlay'],
    codes: ['EINVAL'],
    confirmed: () => statfsSync('/').type === OVERLAYFS_MAGIC,
    reason: 'The root here is an overlay itself, as in a container: the kernel stacks two at most.',
    fix: 'Use directories on another file system, such as a volume.',
  },
  {
    steps: ['exec'],
    // 80 is ELIBBAD, which Node has no name for.
    codes: ['ENOENT', 'EACCES', 'ENOEXEC', 'errno 80', 'EIO'],
    confirmed: (program) => path.isAbsolute(program) && existsSync(program),
    reason:
      'On the host the program is there: the root file system inside lacks it or its loader, or has another loader by that name.',
    fix: 'Bind what is missing by the option "mounts", or use a root with the same C library as the host.',
  },
  {
    steps: ['mount proc', 'mount sysfs'],
    codes: ['EPERM'],
    confirmed: () => isMasked('/proc/') || isMasked('/sys/'),
    reason:
      'Parts of /proc or /sys are masked, as in a container, so the kernel refuses a new one.',
    fix: 'Docker: --security-opt systempaths=unconfined; podman: --security-opt unmask=ALL',
  },
  {
    steps: ID_PROGRAMS,
    codes: ['EPERM'],
    confirmed: () => processStatus('NoNewPrivs') === '1',
    reason: 'no_new_privs is set here, so a set-user-ID program has no power.',
    fix: 'Kubernetes: allowPrivilegeEscalation: true. Docker: without --security-opt no-new-privileges',
  },
  {
    steps: ID_PROGRAMS,
    codes: ['ENOENT', 'EACCES'],
    confirmed: () => ID_PROGRAM_PATHS.some((path) => !existsSync(path)),
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
    confirmed: () => true,
    reason: 'The user that the test process runs as inside may not read or search it.',
    fix: 'Let others read the project and the folders above it (chmod o+rx), or leave out "uid" and "uidMap".',
  },
  {
    steps: CGROUP_STEPS,
    codes: ['EROFS'],
    confirmed: () => true,
    reason: 'The cgroup file system is mounted read-only, as in a container.',
    fix: 'Docker: --privileged, or -v /sys/fs/cgroup:/sys/fs/cgroup:rw --cgroupns=host',
  },
  {
    steps: CGROUP_STEPS,
    codes: ['EACCES', 'EPERM'],
    confirmed: () => process.geteuid?.() !== 0,
    reason: 'The cgroup is not delegated to this user. cgroups(7), "Delegation"',
    fix: 'With systemd: systemd-run --user --scope -p Delegate=yes npx jest',
  },
  {
    steps: ['enter cgroup', 'leave cgroup'],
    codes: ['EBUSY'],
    confirmed: () => true,
    reason:
      'A cgroup that hands controllers down can hold no processes. cgroups(7), "no internal processes"',
    fix: 'Run Jest in a cgroup without children: systemd-run --user --scope -p Delegate=yes npx jest',
  },
  {
    steps: ['set limit memory.'],
    codes: ['EBUSY'],
    confirmed: () => true,
    reason: 'The sandbox alone, before any test, has more memory than that.',
    fix: 'Raise "cgroup.memoryMax": Node.js and Jest take about 100 MiB.',
  },
  {
    steps: ['set limit memory.memsw', 'set limit memory.swap'],
    codes: ['ENOENT', 'EACCES'],
    confirmed: () => true,
    reason: 'This kernel does not count swap for each cgroup.',
    fix: 'Boot with swapaccount=1, or leave out "cgroup.memorySwapMax".',
  },
];

const NAMESPACE_FILES = NAMESPACES.map(({ file }) => file);

/** The confirmed cause of a failed step, or undefined when no probe confirms one. */
export function hintFor(step: string, code: string, subject: string): Hint | undefined {
  return ROWS.find(
    (row) =>
      row.codes.includes(code) &&
      row.steps.some((name) => step.startsWith(name)) &&
      row.confirmed(subject),
  );
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    // What cannot be read confirms nothing.
    return undefined;
  }
}

/** statfs(2) */
const OVERLAYFS_MAGIC = 0x794c7630;

function isOlderThan(major: number, minor: number): boolean {
  const [hasMajor = 0, hasMinor = 0] = os.release().split('.').map(Number);
  return hasMajor < major || (hasMajor === major && hasMinor < minor);
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function sysctl(path: string): string | undefined {
  return read(`/proc/sys/${path}`);
}

function processStatus(field: string): string | undefined {
  return read('/proc/self/status')
    ?.split('\n')
    .find((line) => line.startsWith(`${field}:`))
    ?.slice(field.length + 1)
    .trim();
}

/** linux/capability.h */
const CAP_SYS_RESOURCE = 24n;

function hasCapability(number: bigint): boolean {
  return ((BigInt(`0x${processStatus('CapEff') ?? '0'}`) >> number) & 1n) === 1n;
}

function exhaustedLimit(): string | undefined {
  return NAMESPACE_FILES.map((name) => `max_${name}_namespaces`).find(
    (name) => sysctl(`user/${name}`) === '0',
  );
}

/** The root of the mount namespace is its own mount, so inside a chroot no mount has the target "/". */
function isChrooted(): boolean {
  const mounts = read('/proc/self/mountinfo');
  return mounts?.split('\n').every((line) => line.split(' ')[4] !== '/') ?? false;
}

/** Mounts that every host has below /sys do not mask anything. */
const OWN_MOUNTS = ['/proc/sys/fs/binfmt_misc', '/sys/fs/', '/sys/kernel/', '/sys/firmware/efi/'];

function isMasked(folder: string): boolean {
  const targets = (read('/proc/self/mountinfo') ?? '')
    .split('\n')
    .map((line) => line.split(' ')[4]);
  return targets.some(
    (target) => target?.startsWith(folder) && !OWN_MOUNTS.some((own) => target.startsWith(own)),
  );
}
