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
  expect(agent.user.maps()).toMatchObject({ uids: [], gids: [] });
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
    uids: [{ inside: 99_999, outside: 0, count: 1 }],
    gids: [{ inside: 7, outside: 0, count: 1 }],
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
