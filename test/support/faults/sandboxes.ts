/** Sandboxes that between them take every step of set-up. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { initArguments } from '../../../src/launch/init-arguments';
import { readOptions } from '../../../src/options/read-options';
import { toSandboxSpec } from '../../../src/options/sandbox-spec';
import { isRoot } from '../network';

/** Needs a host that passes packets on. */
export const WITH_NAT = 'a way out by veth, with NAT';

/** As `start` of ns-init.ts passes them. */
const DESCRIPTORS = { channel: 5, status: 3, lifeline: 4, debug: 6, copy: 7 };

/** What these sandboxes name lies here. */
export function makeFolder(folder: string): void {
  mkdirSync(path.join(folder, 'tree', 'etc'), { recursive: true });
  writeFileSync(path.join(folder, 'tree', 'etc', 'motd'), 'from the tree\n');
}

/** Options by what they are about. The default sandbox is the first. */
export function sandboxes(folder: string): Record<string, object> {
  const tree = path.join(folder, 'tree');
  // Of a range that nothing else on the machine is given by the kernel, or listens on.
  const port = 20_000 + (process.pid % 10_000);
  const usr = { type: 'bind', source: '/usr', target: '/usr', readonly: true };
  return {
    default: {},
    'an overlay, and mounts of every kind': {
      root: { type: 'overlay' },
      hosts: { 'a.test': '127.0.0.1' },
      mounts: [
        { type: 'bind', source: tree, target: '/tmp/bound', readonly: true },
        { type: 'tmpfs', target: '/tmp/small', size: '1m' },
        { type: 'proc', target: '/tmp/proc' },
        { type: 'sysfs', target: '/tmp/sys' },
        { type: 'devpts', target: '/tmp/pts' },
        { type: 'mqueue', target: '/tmp/mqueue' },
        { type: 'overlay', target: '/tmp/overlay', lower: [tree], readonly: true },
        { type: 'file', target: '/tmp/file', content: 'text' },
        { type: 'symlink', target: '/tmp/link', source: 'file' },
        { type: 'dir', target: '/tmp/directory', mode: '700' },
      ],
      maskedPaths: ['/proc/kcore', '/usr/share/doc'],
      readonlyPaths: ['/opt'],
    },
    'a read-only host': {
      root: { type: 'host', readonly: true },
      propagation: 'slave',
      dev: 'none',
    },
    'an empty root': { root: { type: 'empty', readonly: true }, mounts: [usr], cwd: folder },
    'a directory as root': {
      root: { type: 'directory', source: tree },
      mounts: [usr],
      cwd: folder,
      propagation: 'shared',
      dev: 'host',
    },
    'links, addresses, routes, neighbours and a port': {
      domainname: 'd.test',
      links: [
        { name: 'br0', kind: 'bridge' },
        { name: 'left', kind: 'veth', peer: 'right', master: 'br0', mtu: 1400 },
        { name: 'tap0', kind: 'tap', hardwareAddress: '02:00:00:00:00:01' },
      ],
      addresses: [{ interface: 'br0', address: '10.1.0.1/24' }],
      routes: [{ destination: 'default', gateway: '10.1.0.9' }],
      neighbours: [{ interface: 'br0', address: '10.1.0.9', hardwareAddress: '02:00:00:00:00:09' }],
      publish: [`${port}:80`],
    },
    'a way out by pasta': { network: 'pasta' },
    ...(isRoot
      ? {
          'a way out by veth': {
            network: { type: 'veth', nat: false },
            publish: [`[::1]:${port}:53/udp`],
          },
          [WITH_NAT]: { network: 'veth' },
          'control groups': { cgroup: { pidsMax: 100 } },
        }
      : {}),
    'limits, capabilities, clocks, a filter and another user': {
      ...(isRoot ? { uid: 0, gid: 0 } : { mapCurrentUser: true }),
      rlimits: { core: 0, nofile: { soft: 256 } },
      capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] },
      noNewPrivileges: true,
      seccomp: { deny: ['symlink'] },
      time: { boottime: 100, monotonic: 1.5 },
      sysctl: { 'net.ipv4.ip_forward': 1 },
      umask: '077',
      cwd: '/',
    },
    'a command that is PID 1': { asPid1: true, uid: 0, gid: 0, newSession: false },
    'namespaces that are only tried': {
      namespaces: { time: 'try', uts: 'try' },
      hostname: 'tried',
    },
    "the host's processes": { namespaces: { pid: false, ...(isRoot ? { user: false } : {}) } },
  };
}

/** The command line that the launcher gives ns-init for these options. */
export function argumentsOf(options: object, folder: string): string[] {
  const needed = { folders: [folder], written: [folder], others: ['/etc/resolv.conf'] };
  const spec = toSandboxSpec(readOptions(options as Record<string, unknown>), needed);
  const words = initArguments(spec, [], DESCRIPTORS, []);
  // `start` adds these, and the command.
  return words.filter((word) => !/^--(status-fd|lifeline-fd)=|^--$/.test(word));
}
