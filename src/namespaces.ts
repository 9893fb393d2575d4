/**
 * The eight namespaces, in the order in which they are printed. One row per kind: options, launch,
 * verification, helpers and matchers all read this table. `flag` is clone(2)'s. namespaces(7)
 */
export const NAMESPACES = [
  { name: 'user', file: 'user', flag: 0x1000_0000, isolates: 'user and group ids, capabilities' },
  { name: 'mount', file: 'mnt', flag: 0x0002_0000, isolates: 'mounts' },
  { name: 'pid', file: 'pid', flag: 0x2000_0000, isolates: 'process ids' },
  { name: 'net', file: 'net', flag: 0x4000_0000, isolates: 'interfaces, addresses, routes, ports' },
  {
    name: 'ipc',
    file: 'ipc',
    flag: 0x0800_0000,
    isolates: 'System V IPC and POSIX message queues',
  },
  { name: 'uts', file: 'uts', flag: 0x0400_0000, isolates: 'hostname and domain name' },
  { name: 'cgroup', file: 'cgroup', flag: 0x0200_0000, isolates: 'the view of the cgroup tree' },
  { name: 'time', file: 'time', flag: 0x80, isolates: 'monotonic and boot-time clocks' },
] as const;

/** The name of a namespace as unshare(1) and this package's options spell it. */
export type NamespaceName = (typeof NAMESPACES)[number]['name'];

/** Namespace inode numbers by name, as /proc/PID/ns shows them; null where the kernel has none. */
export type NamespaceIds = Record<NamespaceName, number | null>;
