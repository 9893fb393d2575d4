import { describe, expect, test } from '@jest/globals';
import { type Agent, type NamespaceName, ns } from 'ns-jest';
import { mounter } from '../support/mount-agent';
import { linux, testOr } from '../support/needs';

// What keeps a namespace alive without a process in it, and how it is found. namespaces(7)

const PINNABLE: NamespaceName[] = ['net', 'uts', 'ipc', 'cgroup', 'user', 'time', 'pid'];

function childIn(agent: Agent, name: NamespaceName): Agent {
  return agent.clone({ unshare: [name] });
}

describe('NS-10 a bind-mounted namespace file', () => {
  test.each(PINNABLE.filter((name) => name !== 'pid'))(
    'keeps a %s namespace, to be entered',
    (name) => {
      const agent = mounter({ unshare: ['user'] });
      const child = childIn(agent, name);
      const inode = child.namespaces.id(name);
      agent.fs.writeFile('/tmp/pin', '');
      agent.namespaces.pin(name, '/tmp/pin', child.pid);
      child.end();
      const visitor = agent.clone();
      visitor.setns(visitor.fs.open('/tmp/pin'), [name]);
      expect(visitor.namespaces.id(name)).toBe(inode);
      expect(visitor.namespaces.id(name)).not.toBe(agent.namespaces.id(name));
    },
  );

  test('keeps what was set in it', () => {
    const agent = mounter({ unshare: ['user'] });
    const child = childIn(agent, 'uts');
    child.uts.setHostname('kept');
    agent.fs.writeFile('/tmp/pin', '');
    agent.namespaces.pin('uts', '/tmp/pin', child.pid);
    child.end();
    const visitor = agent.clone();
    visitor.setns(visitor.fs.open('/tmp/pin'));
    expect(visitor.uts.get().nodename).toBe('kept');
  });

  test('is a plain file again once it is unmounted', () => {
    const agent = mounter({ unshare: ['user'] });
    const child = childIn(agent, 'uts');
    agent.fs.writeFile('/tmp/pin', 'plain');
    agent.namespaces.pin('uts', '/tmp/pin', child.pid);
    agent.mounts.umount('/tmp/pin');
    const visitor = agent.clone();
    expect(() => visitor.setns(visitor.fs.open('/tmp/pin'), ['uts'])).toFailWithErrno('EINVAL');
    expect(agent.fs.readFile('/tmp/pin')).toBe('plain');
  });

  test('of a PID namespace whose init has ended lets no process be born', () => {
    const agent = mounter({ unshare: ['user'] });
    const child = childIn(agent, 'pid');
    agent.fs.writeFile('/tmp/pin', '');
    agent.namespaces.pin('pid', '/tmp/pin', child.pid);
    child.end();
    const visitor = agent.clone();
    visitor.setns(visitor.fs.open('/tmp/pin'), ['pid']);
    expect(() => visitor.fork()).toFailWithErrno('ENOMEM');
  });

  test('of a mount namespace cannot be made within itself, which would be a loop', () => {
    const maker = mounter({ unshare: ['user'] });
    // Only a newer one is surely no loop, and which is newer each processor counts by itself since 6.18.
    stayOnOneProcessor(maker);
    const agent = maker.clone({ unshare: ['mount'] });
    agent.fs.writeFile('/tmp/pin', '');
    expect(() => agent.namespaces.pin('mount', '/tmp/pin')).toFailWithErrno('EINVAL');
    const child = agent.clone({ unshare: ['mount'] });
    expect(() => agent.namespaces.pin('mount', '/tmp/pin', child.pid)).not.toThrow();
  });
});

/** Of those that it may run on, the first. sched_setaffinity(2) */
function stayOnOneProcessor(agent: Agent): void {
  const processors = new Uint8Array(128);
  agent.syscall('sched_getaffinity', 0, processors.length, processors);
  const first = processors.findIndex((bits) => bits !== 0);
  const bits = processors[first] as number;
  processors.fill(0)[first] = bits & -bits;
  agent.syscall('sched_setaffinity', 0, processors.length, processors);
}

describe('NS-11 an open descriptor', () => {
  test.each(PINNABLE.filter((name) => name !== 'pid'))(
    'keeps a %s namespace, to be entered',
    (name) => {
      const agent = ns.agent({ unshare: ['user'] });
      const child = childIn(agent, name);
      const inode = child.namespaces.id(name);
      const fd = child.passDescriptor(child.namespaces.open(name), agent);
      child.end();
      expect(agent.fs.fstat(fd).ino).toBe(inode);
      agent.clone().setns(fd, [name]);
      const visitor = agent.clone();
      visitor.setns(fd, [name]);
      expect(visitor.namespaces.id(name)).toBe(inode);
    },
  );

  test('held by the package’s own value does the same for an agent that joins by it', () => {
    const child = ns.agent({ unshare: ['user', 'uts'] });
    child.uts.setHostname('held');
    using user = ns.namespaces.open({ namespace: 'user', pid: child.pid });
    using uts = ns.namespaces.open({ namespace: 'uts', pid: child.pid });
    child.end();
    const visitor = ns.agent({ join: [{ fd: user.fd }, { fd: uts.fd }] });
    expect(visitor.uts.get().nodename).toBe('held');
  });
});

describe('NS-12 the list of namespaces', () => {
  test('gives one by its number with how many processes are in it', () => {
    const agent = ns.agent({ unshare: ['user', 'uts'] });
    const inode = agent.namespaces.id('uts');
    const find = () => ns.namespaces.list({ type: 'uts' }).find((entry) => entry.inode === inode);
    expect(find()).toMatchObject({ type: 'uts', processes: 1, pid: agent.pid });
    const children = [agent.clone(), agent.clone()];
    expect(find()).toMatchObject({ processes: 3, pid: agent.pid });
    expect(find()?.owner).toBe(agent.namespaces.id('user'));
    for (const child of children) child.end();
    expect(find()).toMatchObject({ processes: 1 });
    agent.end();
    expect(find()).toBeUndefined();
  });

  test('has one that only a descriptor keeps, without processes', () => {
    const agent = ns.agent({ unshare: ['user', 'uts'] });
    const namespace = ns.namespaces.open({ namespace: 'uts', pid: agent.pid });
    agent.end();
    const find = () => ns.namespaces.list().find((entry) => entry.inode === namespace.inode);
    expect(find()).toMatchObject({ type: 'uts', processes: 0, fds: [namespace.fd] });
    namespace.close();
    expect(find()).toBeUndefined();
  });

  test('has one that only a mount keeps, with its path', () => {
    const agent = ns.agent({ unshare: ['user', 'net'] });
    const inode = agent.namespaces.id('net');
    const target = '/tmp/conformance-pin';
    ns.namespaces.pin({ namespace: 'net', pid: agent.pid }, target);
    try {
      agent.end();
      const found = ns.namespaces.list({ type: 'net' }).find((entry) => entry.inode === inode);
      expect(found).toMatchObject({ processes: 0, paths: [target] });
    } finally {
      ns.namespaces.unpin(target);
    }
    expect(ns.namespaces.list().some((entry) => entry.inode === inode)).toBe(false);
  });
});

/** linux/nsfs.h, struct ns_id_req */
const LISTNS = ns.struct({
  size: 'u32',
  spare: 'u32',
  nsId: 'u64',
  nsType: 'u32',
  spare2: 'u32',
  userNsId: 'u64',
});

testOr(
  linux('6.19'),
  'NS-16 namespaces are enumerated by listns',
  () => {
    const agent = ns.agent({ unshare: ['user', 'uts'] });
    const { CLONE_NEWUTS } = ns.constants.CLONE;
    const memory = LISTNS.pack({ size: LISTNS.size, nsType: CLONE_NEWUTS });
    const ids = Buffer.alloc(8 * 1024);
    const count = agent.syscall('listns', memory, ids, 1024, 0);
    const found = Array.from({ length: count }, (_, index) => ids.readBigUInt64LE(8 * index));
    expect(found).toContain(agent.ioctl.id(agent.namespaces.open('uts')));
  },
  () => {
    const memory = LISTNS.pack({ size: LISTNS.size });
    expect(() => ns.agent().syscall('listns', memory, Buffer.alloc(8), 1, 0)).toFailWithErrno(
      'ENOSYS',
    );
  },
);
