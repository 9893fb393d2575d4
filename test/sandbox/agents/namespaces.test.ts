import { describe, expect, test } from '@jest/globals';
import { type NamespaceName, ns } from 'ns-jest';

const ALL: NamespaceName[] = ['user', 'mount', 'pid', 'net', 'ipc', 'uts', 'cgroup', 'time'];

describe.each(['clone', 'unshare'] as const)('fresh namespaces by %s', (via) => {
  test('are all different from those of the test', () => {
    const agent = ns.agent({ unshare: ALL, via });
    const outside = ns.namespaces.ids();
    const inside = agent.namespaces.ids();
    for (const name of ALL) expect(inside[name]).not.toBe(outside[name]);
    expect(agent.ids()).toMatchObject({ pid: 1, ppid: 0, uid: { effective: 0 } });
  });

  test('one alone leaves the others as they were', () => {
    const agent = ns.agent({ unshare: ['uts'], via });
    expect(agent.namespaces.ids()).toStrictEqual({
      ...ns.namespaces.ids(),
      uts: agent.namespaces.id('uts'),
    });
    agent.uts.setHostname('other');
    expect(agent.uts.get().nodename).toBe('other');
    expect(ns.hostname.get()).not.toBe('other');
  });
});

test('a user namespace without a map has the overflow ids and every capability', () => {
  const agent = ns.agent({ unshare: ['user'], uidMap: null });
  expect(agent.ids().uid.effective).toBe(65534);
  expect(agent.user.capabilities().effective).toEqual(agent.user.bounding());
  expect(agent.user.maps()).toMatchObject({ uid: [], gid: [] });
});

test('a user namespace has the map that is asked for', () => {
  const agent = ns.agent({
    unshare: ['user'],
    uidMap: [{ inside: 99_999, outside: 0, count: 1 }],
    gidMap: [{ inside: 7, outside: 0, count: 1 }],
    setgroups: 'deny',
  });
  expect(agent.ids()).toMatchObject({ uid: { effective: 99_999 }, gid: { effective: 7 } });
  expect(agent.user.maps()).toStrictEqual({
    uid: [{ inside: 99_999, outside: 0, count: 1 }],
    gid: [{ inside: 7, outside: 0, count: 1 }],
    setgroups: 'deny',
  });
});

test('namespaces of another agent are joined, one by one or all', () => {
  const host = ns.agent({ unshare: ALL });
  host.uts.setHostname('shared');
  const guest = ns.agent({ join: { agent: host, namespaces: ALL } });
  expect(guest.namespaces.ids()).toStrictEqual(host.namespaces.ids());
  expect(guest.uts.get().nodename).toBe('shared');
  const half = ns.agent({ join: { pid: host.pid, namespaces: ['user', 'uts'] } });
  expect(half.namespaces.id('uts')).toBe(host.namespaces.id('uts'));
  expect(half.namespaces.id('net')).toBe(ns.namespaces.ids().net);
});

test('a chosen pid is had', () => {
  const agent = ns.agent({ unshare: ['user', 'pid'] });
  const child = agent.clone({ setTid: [42] });
  expect(child.ids().pid).toBe(42);
  expect(child.pidInParent).toBe(42);
});

test('with unshare it is the pid of the process that is in the new namespace', () => {
  const agent = ns.agent({ unshare: ['user', 'pid'], via: 'unshare', setTid: [1] });
  expect(agent.ids().pid).toBe(1);
});

test('what fails leaves no descriptors in the agent that tried', () => {
  const agent = ns.agent();
  const before = agent.fs.descriptors();
  expect(() => agent.clone({ unshare: ['user'], uidMap: 'nonsense' as never })).toThrow(/EINVAL/);
  expect(() => agent.network.dial({ address: '127.0.0.1', port: 1 })).toThrow(/connect/);
  expect(() => agent.network.listen({ address: '192.0.2.1', port: 1 })).toThrow(/bind/);
  expect(agent.fs.descriptors()).toStrictEqual(before);
});

test('a pidfd opens the namespaces of its process', () => {
  const other = ns.agent({ unshare: ['user', 'uts'] });
  const agent = ns.agent();
  const pidfd = agent.pidfd.open(other.pid);
  agent.setns(pidfd, ['user', 'uts']);
  expect(agent.namespaces.id('uts')).toBe(other.namespaces.id('uts'));
});

test('nsfs tells type, owner and parent', () => {
  const agent = ns.agent({ unshare: ['user', 'pid', 'uts'] });
  const uts = agent.namespaces.open('uts');
  expect(agent.ioctl.type(uts)).toBe('uts');
  const owner = agent.ioctl.userNamespace(uts);
  expect(agent.fs.fstat(owner).ino).toBe(agent.namespaces.id('user'));
  expect(() => agent.ioctl.parent(agent.namespaces.open('pid'))).toThrow(
    expect.objectContaining({ code: 'EPERM', syscall: 'ioctl', request: 'NS_GET_PARENT' }),
  );
});

test('a namespace is kept by a bind mount, and entered by its path', () => {
  const agent = ns.agent({ unshare: ['user', 'mount'] });
  agent.mounts.mount({ source: 'none', target: '/tmp', type: 'tmpfs' });
  agent.fs.writeFile('/tmp/kept', '');
  const maker = agent.clone({ unshare: ['uts'] });
  maker.uts.setHostname('kept');
  // A mount namespace's own file cannot be bound into it, any other's can. namespaces(7)
  agent.namespaces.pin('uts', '/tmp/kept', maker.pid);
  maker.end();
  const guest = agent.clone({ join: { path: '/tmp/kept' } });
  expect(guest.uts.get().nodename).toBe('kept');
});

test('a namespace is kept and entered by a descriptor', () => {
  const agent = ns.agent({ unshare: ['user'] });
  const maker = agent.clone({ unshare: ['uts'] });
  maker.uts.setHostname('held');
  const fd = maker.passDescriptor(maker.namespaces.open('uts'), agent);
  maker.end();
  expect(agent.uts.get().nodename).not.toBe('held');
  agent.setns(fd);
  expect(agent.uts.get().nodename).toBe('held');
});

ns.needs('nsfs.id', 'nsfs.mountId', 'nsfs.handle').test('namespaces have ids and handles', () => {
  const agent = ns.agent();
  const mount = agent.namespaces.open('mount');
  expect(agent.ioctl.id(mount)).toBe(agent.ioctl.mountNamespaceId(mount));
  expect(agent.ioctl.mountNamespaceInfo(mount)).toMatchObject({
    id: agent.ioctl.id(mount),
    mounts: agent.mounts.listIds().length,
  });
  const again = agent.namespaces.openHandle(agent.namespaces.handle(mount));
  expect(agent.fs.fstat(again).ino).toBe(agent.namespaces.id('mount'));
});

ns.needs('nsfs.pid', 'pidfd.namespaces').test('pids are translated between namespaces', () => {
  const outer = ns.agent({ unshare: ['user'] });
  const init = outer.clone({ unshare: ['pid'] });
  const inner = init.fork();
  const pidns = outer.pidfd.namespace(outer.pidfd.open(init.pid), 'pid');
  expect(outer.ioctl.pidIn(pidns, inner.pid)).toBe(inner.ids().pid);
  expect(outer.ioctl.pidFrom(pidns, inner.ids().pid)).toBe(inner.pid);
  expect(outer.fs.fstat(pidns).ino).toBe(init.namespaces.id('pid'));
});

test('without the capability neither clone nor setns makes or enters one', () => {
  const agent = ns.agent({ unshare: ['user', 'uts'] });
  const uts = agent.namespaces.open('uts');
  agent.user.setCapabilities({ effective: [] });
  expect(() => agent.clone({ unshare: ['uts'] })).toFailWithErrno('EPERM');
  expect(() => agent.unshare(['uts'])).toFailWithErrno('EPERM');
  expect(() => agent.setns(uts)).toFailWithErrno('EPERM');
  expect(() => agent.setns(-1)).toFailWithErrno('EBADF');
  expect(() => agent.syscall('setns', 0, 0)).toFailWithErrno('EINVAL');
});
