/**
 * The eight namespaces, in the order in which they are printed. One row per kind: options, launch,
 * verification, helpers and matchers all read this table. namespaces(7)
 */
export const NAMESPACES = [
  { name: 'user', file: 'user', isolates: 'user and group ids, capabilities' },
  { name: 'mount', file: 'mnt', isolates: 'mounts' },
  { name: 'pid', file: 'pid', isolates: 'process ids' },
  { name: 'net', file: 'net', isolates: 'interfaces, addresses, routes, ports' },
  { name: 'ipc', file: 'ipc', isolates: 'System V IPC and POSIX message queues' },
  { name: 'uts', file: 'uts', isolates: 'hostname and domain name' },
  { name: 'cgroup', file: 'cgroup', isolates: 'the view of the cgroup tree' },
  { name: 'time', file: 'time', isolates: 'monotonic and boot-time clocks' },
] as const;

/** The name of a namespace as unshare(1) and this package's options spell it. */
export type NamespaceName = (typeof NAMESPACES)[number]['name'];

/** Namespace inode numbers by name, as /proc/PID/ns shows them; null where the kernel has none. */
export type NamespaceIds = Record<NamespaceName, number | null>;
