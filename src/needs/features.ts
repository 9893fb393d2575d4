import fs from 'node:fs';
import type { Agent } from '../agents/agent';
import { constants } from '../agents/constants';
import type { AgentOptions } from '../agents/options';
import { NAMESPACES, type NamespaceName } from '../namespaces';
import type { IdMapping } from '../options/ids/id-maps';

// What a test may need of the machine that it runs on. Each is tried, never guessed from a version.

/** Makes an agent for one probe; it ends with it. */
export type MakeAgent = (options?: AgentOptions) => Agent;

interface Feature {
  /** For a person: what is needed. */
  is: string;
  /** Throws if it is not to be had. */
  probe(agent: MakeAgent): void;
  /** Lacks a right, not a feature: it may be missing where Jest is not run by root, in CI too. */
  privilege?: true;
}

const inOwn = (make: MakeAgent, ...namespaces: NamespaceName[]): Agent =>
  make({ unshare: ['user', ...namespaces] });

function freshNamespace(name: NamespaceName): Feature {
  return {
    is: `a ${name} namespace of its own`,
    probe: (make) => void make({ unshare: name === 'user' ? ['user'] : ['user', name] }),
  };
}

function linkKind(kind: 'bridge' | 'dummy' | 'ifb' | 'tap'): Feature {
  return {
    is: `network interfaces of the kind ${kind}`,
    probe: (make) => inOwn(make, 'net').network.add({ kind, name: 'probe0' }),
  };
}

function program(name: string, ...args: string[]): Feature {
  return {
    is: `the program ${name}`,
    probe: (make) => {
      const { code, signal, stderr } = inOwn(make, 'net').run(name, args);
      if (code !== 0)
        throw new Error(`${name} ${args.join(' ')}: ${signal ?? code} ${stderr.trim()}`);
    },
  };
}

/** A directory that nobody else sees. */
function scratch(make: MakeAgent): { agent: Agent; path: string } {
  const agent = inOwn(make, 'mount');
  agent.mounts.mount({ source: 'none', target: '/tmp', type: 'tmpfs' });
  return { agent, path: '/tmp' };
}

/** A group to be made, and gone again. */
function cgroupIn(agent: Agent, parent: string, use = (_directory: string) => {}): void {
  const directory = agent.cgroup.make(`${parent}/ns-jest-probe-${agent.pid}`);
  try {
    use(directory);
  } finally {
    agent.cgroup.remove(directory);
  }
}

/** An agent with the tree of version 2, from its own group on, at a place of its own. */
function cgroup2(make: MakeAgent): { agent: Agent; path: string } {
  const agent = inOwn(make, 'mount', 'cgroup');
  agent.mounts.mount({ source: 'none', target: '/tmp', type: 'cgroup2' });
  return { agent, path: '/tmp' };
}

function cgroup1(agent: Agent, controller: string | undefined): string {
  const directory = controller && agent.cgroup.directory(controller);
  return (
    directory ??
    fail(`no cgroup of version 1 is to be seen${controller ? ` for ${controller}` : ''}`)
  );
}

/** A map of another id than 0; undefined if there is none. */
function secondId(map: readonly IdMapping[]): IdMapping[] | undefined {
  const range = map.find(({ count }) => count > 1);
  return range && [{ inside: 0, outside: range.inside + 1, count: 1 }];
}

function fail(why: string): never {
  throw new Error(why);
}

const TABLE = {
  ...(Object.fromEntries(NAMESPACES.map(({ name }) => [name, freshNamespace(name)])) as Record<
    NamespaceName,
    Feature
  >),

  root: {
    is: 'root of the initial user namespace',
    // The only one whose map is as long as there are ids, and has no parent: its inode is fixed.
    probe: (make) => {
      const agent = make();
      const initial = agent.namespaces.id('user') === 0xeffffffd;
      if (!initial) fail('this user namespace is not the initial one');
      if (agent.user.uids().effective !== 0) fail('the test is not run by root');
    },
    privilege: true,
  },
  'root.files': {
    is: "files that are the machine's root's: those of kernel parameters, and mounted pidfds",
    probe: (make) => {
      const agent = make();
      agent.fs.close(agent.fs.open('/proc/sys/kernel/hostname', 'O_WRONLY'));
    },
    privilege: true,
  },
  'ids.many': {
    is: 'a second id that is mapped',
    probe: (make) => void inOwn(make).user.setresuid(1),
    privilege: true,
  },
  'ids.newuidmap': {
    is: 'the program newuidmap, and ids allotted to the user in /etc/subuid',
    probe: (make) => {
      const agent = make();
      agent.run('newuidmap');
      if (!fs.readFileSync('/etc/subuid', 'utf8').includes(':')) fail('/etc/subuid is empty');
    },
  },

  'net.veth': {
    is: 'network interfaces of the kind veth',
    probe: (make) =>
      inOwn(make, 'net').network.add({ kind: 'veth', name: 'a', peer: { name: 'b' } }),
  },
  'net.bridge': linkKind('bridge'),
  'net.dummy': linkKind('dummy'),
  'net.ifb': linkKind('ifb'),
  'net.tun': linkKind('tap'),
  'net.macvlan': {
    is: 'network interfaces of the kind macvlan',
    probe: (make) => {
      const { network } = inOwn(make, 'net');
      network.add({ kind: 'veth', name: 'a', peer: { name: 'b' } });
      network.add({ kind: 'macvlan', name: 'c', link: 'a' });
    },
  },
  'net.vxlan': {
    is: 'network interfaces of the kind vxlan',
    probe: (make) => inOwn(make, 'net').network.add({ kind: 'vxlan', name: 'a', id: 7 }),
  },
  'net.ipv6': {
    is: 'IPv6',
    probe: (make) => void make().network.socket('AF_INET6', 'SOCK_DGRAM'),
  },
  'net.nft': program('nft', 'list', 'ruleset'),
  'net.cookie': {
    is: 'SO_NETNS_COOKIE, Linux 5.14',
    probe: (make) => {
      const { network } = make();
      network.cookie(network.socket('AF_INET', 'SOCK_DGRAM'));
    },
  },
  pasta: program('pasta', '--version'),
  slirp4netns: program('slirp4netns', '--version'),

  'mount.overlay': {
    is: 'overlay mounts in a user namespace, Linux 5.11',
    probe: (make) => {
      const { agent, path } = scratch(make);
      for (const name of ['lower', 'upper', 'work', 'all']) agent.fs.mkdir(`${path}/${name}`);
      const data = `lowerdir=${path}/lower,upperdir=${path}/upper,workdir=${path}/work,userxattr`;
      agent.mounts.mount({ source: 'none', target: `${path}/all`, type: 'overlay', data });
    },
  },
  'mount.fsopen': {
    is: 'mounts by descriptors: fsopen(2), Linux 5.2',
    probe: (make) => void inOwn(make, 'mount').mounts.fsopen('tmpfs'),
  },
  'mount.setattr': {
    is: 'mount_setattr(2), Linux 5.12',
    probe: (make) => {
      const { agent, path } = scratch(make);
      agent.mounts.setattr(path, { set: 'MOUNT_ATTR_RDONLY' });
    },
  },
  'mount.idmap': {
    is: 'id-mapped mounts of tmpfs, Linux 6.3',
    probe: (make) => {
      const { agent, path } = scratch(make);
      const many = agent.user.maps().uid.some(({ count }) => count > 1);
      if (!many) fail('one id alone is mapped');
      const other = agent.clone({
        unshare: ['user'],
        uidMap: [{ inside: 0, outside: 1, count: 1 }],
        gidMap: [{ inside: 0, outside: 1, count: 1 }],
      });
      const userNamespace = other.passDescriptor(other.namespaces.open('user'), agent);
      const tree = agent.mounts.openTree(path);
      agent.mounts.setattr(tree, { set: 'MOUNT_ATTR_IDMAP', userNamespace });
    },
    privilege: true,
  },
  'mount.listmount': {
    is: 'listmount(2), Linux 6.8',
    probe: (make) => void make().mounts.listIds(),
  },
  'mount.statmount': {
    is: 'statmount(2), Linux 6.8',
    probe: (make) => {
      const agent = make();
      agent.mounts.statmount(agent.fs.stat('/').mountId);
    },
  },
  'mount.openTreeAttr': {
    is: 'open_tree_attr(2), Linux 6.15',
    probe: (make) => supported(make(), 'open_tree_attr', [-1, '', 0, null, 0]),
  },
  listns: {
    is: 'listns(2), Linux 6.19',
    probe: (make) => supported(make(), 'listns', [null, null, 0, 0]),
  },

  pidfd: {
    is: 'descriptors of processes: pidfd_open(2), Linux 5.3',
    probe: (make) => {
      const agent = make();
      agent.pidfd.open(agent.ids().pid);
    },
  },
  'pidfd.namespaces': {
    is: 'namespaces by a pidfd, Linux 6.11',
    probe: (make) => {
      const agent = make();
      agent.pidfd.namespace(agent.pidfd.open(agent.ids().pid), 'uts');
    },
  },
  'pidfd.pidfs': {
    is: 'an inode for each process: pidfs, Linux 6.9',
    probe: (make) => {
      const agent = make();
      const own = agent.pidfd.inode(agent.pidfd.open(agent.ids().pid));
      const child = agent.pidfd.inode(agent.pidfd.open(agent.fork().pidInParent));
      if (own === child) fail('two processes have the same inode number');
    },
  },
  'pidfd.mount': {
    is: 'a pidfd that can be mounted on a file, Linux 6.15',
    probe: (make) => {
      const agent = inOwn(make, 'mount');
      const pidfd = agent.pidfd.open(agent.ids().pid);
      agent.mounts.openTree('', ['OPEN_TREE_CLONE', 'AT_EMPTY_PATH'], pidfd);
    },
  },
  'process.setTid': {
    is: 'a chosen process id: clone3(2), set_tid, Linux 5.5',
    probe: (make) => void inOwn(make, 'pid').clone({ setTid: [300] }),
  },
  'pid.max': {
    is: 'a pid_max for each PID namespace, Linux 6.14',
    probe: (make) => {
      // Not as the machine's root, whose file it is where there is one for all.
      const { user } = make();
      const maps = user.uids().effective === 0 ? user.maps() : { uid: [], gid: [] };
      const [uidMap, gidMap] = [secondId(maps.uid), secondId(maps.gid)];
      const agent = make({
        unshare: ['user', 'pid', 'mount'],
        ...(uidMap && gidMap && { uidMap, gidMap }),
      });
      agent.mounts.mount({ source: 'proc', target: '/proc', type: 'proc' });
      agent.fs.close(agent.fs.open('/proc/sys/kernel/pid_max', 'O_WRONLY'));
    },
  },
  'proc.pidns': {
    is: 'procfs for another PID namespace: pidns=, Linux 6.17',
    probe: (make) => {
      const agent = inOwn(make, 'pid', 'mount');
      const inner = agent.clone({ unshare: ['pid'] });
      const fd = inner.passDescriptor(inner.namespaces.open('pid'), agent);
      const context = agent.mounts.fsopen('proc');
      agent.mounts.fsconfig(context, 'FSCONFIG_SET_FD', 'pidns', null, fd);
    },
  },

  'nsfs.id': {
    is: 'a 64-bit id of each namespace: NS_GET_ID, Linux 6.18',
    probe: (make) => {
      const agent = make();
      agent.ioctl.id(agent.namespaces.open('uts'));
    },
  },
  'nsfs.mountId': {
    is: 'the id of a mount namespace: NS_GET_MNTNS_ID, Linux 6.11',
    probe: (make) => {
      const agent = make();
      agent.ioctl.mountNamespaceId(agent.namespaces.open('mount'));
    },
  },
  'nsfs.pid': {
    is: 'pids translated by ioctl: NS_GET_PID_IN_PIDNS, Linux 6.11',
    probe: (make) => {
      const agent = make();
      agent.ioctl.pidIn(agent.namespaces.open('pid'), agent.ids().pid);
    },
  },
  'nsfs.handle': {
    is: 'file handles of namespaces, Linux 6.18',
    probe: (make) => {
      const agent = make();
      agent.namespaces.openHandle(agent.namespaces.handle(agent.namespaces.open('uts')));
    },
  },

  'ipc.sysv': {
    is: 'System V IPC',
    probe: (make) => void inOwn(make, 'ipc').ipc.shmget(0, 4096, 'IPC_CREAT'),
  },
  'ipc.mqueue': {
    is: 'POSIX message queues',
    probe: (make) => void inOwn(make, 'ipc').mq.open('/probe', ['O_RDWR', 'O_CREAT']),
  },

  'cgroup.v2': {
    is: 'a cgroup of version 2 to make groups in',
    probe: (make) => {
      const { agent, path } = cgroup2(make);
      cgroupIn(agent, path);
    },
    privilege: true,
  },
  'cgroup.kill': {
    is: 'cgroup.kill, Linux 5.14',
    probe: (make) => {
      const { agent, path } = cgroup2(make);
      cgroupIn(agent, path, (directory) => agent.cgroup.kill(directory));
    },
    privilege: true,
  },
  'cgroup.v1': {
    is: 'a cgroup of version 1 to make groups in',
    probe: (make) => {
      const agent = make();
      const first = agent.cgroup.own().find(({ hierarchy }) => hierarchy !== 0);
      cgroupIn(agent, cgroup1(agent, first?.controllers[0]));
    },
    privilege: true,
  },
  'cgroup.pids': {
    is: 'the controller pids of version 1, or of version 2 where groups may have it',
    probe: (make) => {
      const plain = make();
      if (plain.cgroup.directory('pids') !== undefined) {
        cgroupIn(plain, cgroup1(plain, 'pids'), (group) => plain.cgroup.set(group, 'pids.max', 10));
        return;
      }
      const { agent, path } = cgroup2(make);
      agent.cgroup.set(path, 'cgroup.subtree_control', '+pids');
    },
    privilege: true,
  },
} satisfies Record<string, Feature>;

export type FeatureName = keyof typeof TABLE;

export const FEATURES: Readonly<Record<FeatureName, Feature>> = TABLE;

/** Whether the kernel has a call at all: it is asked for nonsense, which it refuses in its own words. */
function supported(
  agent: Agent,
  call: 'open_tree_attr' | 'listns',
  args: Array<number | string | null>,
) {
  try {
    agent.syscall(call, ...args);
  } catch (error) {
    if ((error as { errno?: number }).errno === -constants.E.ENOSYS) throw error;
  }
}
