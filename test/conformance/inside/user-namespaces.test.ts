import fs from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { type Agent, type NamespaceName, ns } from 'ns-jest';
import { OTHER } from '../support/ids';
import { refusal } from '../support/refusal';

const WAYS = ['clone', 'unshare'] as const;
const ALL: NamespaceName[] = ['user', 'mount', 'pid', 'net', 'ipc', 'uts', 'cgroup', 'time'];

/** The inode of a descriptor, which is the namespace's number. */
const inode = (agent: Agent, fd: number) => agent.fs.fstat(fd).ino;

describe('USER-07 the user namespace', () => {
  test('of a plain child is the parent’s', () => {
    const parent = ns.agent();
    expect(parent.fork().namespaces.id('user')).toBe(ns.namespaces.ids().user);
  });

  test.each(WAYS)('of a child by %s is a new one, each time', (via) => {
    const parent = ns.agent();
    const children = [1, 2].map(() => parent.clone({ unshare: ['user'], via }));
    const ids = [parent, ...children].map((agent) => agent.namespaces.id('user'));
    expect(new Set(ids).size).toBe(3);
    expect(ids[0]).toBe(ns.namespaces.ids().user);
  });

  test('of who unshares it is new at once, without a child', () => {
    const agent = ns.agent();
    agent.unshare(['user']);
    expect(agent.namespaces.id('user')).not.toBe(ns.namespaces.ids().user);
  });

  test('nested too deep is ENOSPC', () => {
    const agents = [ns.agent({ unshare: ['user'] })];
    const descend = () => agents.push((agents.at(-1) as Agent).clone({ unshare: ['user'] }));
    expect(() => {
      for (let level = 0; level < 40; level += 1) descend();
    }).toThrow(refusal('ENOSPC', { syscall: 'clone3' }));
    // 32 levels below the initial one, the sandbox's among them.
    expect(agents.length).toBeGreaterThan(20);
    expect(agents.length).toBeLessThan(33);
    expect(() => agents.at(-1)?.unshare(['user'])).toFailWithErrno('ENOSPC');
  });

  test('cannot be unshared by who shares its root directory: EINVAL', () => {
    const agent = ns.agent();
    const { CLONE_FS, CLONE_NEWUSER } = ns.constants.CLONE;
    const sharing = agent.clone({ flags: CLONE_FS });
    expect(() => agent.clone({ flags: CLONE_FS | CLONE_NEWUSER })).toFailWithErrno('EINVAL');
    // unshare(2) makes the directory its own first.
    sharing.unshare(['user']);
    expect(sharing.namespaces.id('user')).not.toBe(agent.namespaces.id('user'));
  });
});

describe('who owns whom', () => {
  test.each(WAYS)('USER-11 the owner of a child’s user namespace by %s is the caller’s', (via) => {
    const maker = ns.agent();
    const child = maker.clone({ unshare: ['user'], via });
    const fd = maker.namespaces.open('user', child.pid);
    expect(inode(maker, maker.ioctl.userNamespace(fd))).toBe(ns.namespaces.ids().user);
    expect(inode(maker, maker.ioctl.parent(fd))).toBe(ns.namespaces.ids().user);
  });

  test('USER-12 the owner of the outermost visible one is EPERM, and so is its parent', () => {
    const agent = ns.agent();
    const own = agent.namespaces.open('user');
    expect(() => agent.ioctl.userNamespace(own)).toThrow(refusal('EPERM', { syscall: 'ioctl' }));
    expect(() => agent.ioctl.parent(own)).toFailWithErrno('EPERM');
    const child = agent.clone({ unshare: ['user'] });
    const childs = child.namespaces.open('user');
    expect(() => child.ioctl.userNamespace(childs)).toFailWithErrno('EPERM');
  });

  ns.needs('ids.many').test('USER-14 the owner uid is the creator’s', () => {
    const maker = ns.agent();
    const fd = (agent: Agent) => maker.namespaces.open('user', agent.pid);
    expect(maker.ioctl.ownerUid(fd(maker.clone({ unshare: ['user'] })))).toBe(0);
    const other = maker.fork();
    other.user.setresuid(OTHER);
    const child = other.clone({ unshare: ['user'], uidMap: null });
    const pass = child.passDescriptor(child.namespaces.open('user'), maker);
    expect(maker.ioctl.ownerUid(pass)).toBe(OTHER);
  });

  test('USER-14 the owner uid is told in the reader’s terms', () => {
    const maker = ns.agent();
    const child = maker.clone({ unshare: ['user'] });
    const fd = maker.namespaces.open('user', child.pid);
    expect(maker.ioctl.ownerUid(fd)).toBe(0);
    const reader = maker.clone({
      unshare: ['user'],
      uidMap: [{ inside: 17, outside: 0, count: 1 }],
      gidMap: null,
    });
    const there = maker.passDescriptor(fd, reader);
    expect(reader.ioctl.ownerUid(there)).toBe(17);
    expect(() => maker.ioctl.ownerUid(maker.namespaces.open('uts'))).toFailWithErrno('EINVAL');
  });

  test('USER-15 a PID namespace made with a user namespace has it as owner, the caller’s as parent', () => {
    const maker = ns.agent();
    const child = maker.clone({ unshare: ['user', 'pid'] });
    const pid = child.passDescriptor(child.namespaces.open('pid'), maker);
    expect(inode(maker, maker.ioctl.parent(pid))).toBe(ns.namespaces.ids().pid);
    expect(inode(maker, maker.ioctl.userNamespace(pid))).toBe(child.namespaces.id('user'));
  });

  test.each(ALL.filter((name) => name !== 'user'))(
    'USER-15 a namespace of the kind %s made with a user namespace is owned by it',
    (name) => {
      const maker = ns.agent();
      const child = maker.clone({ unshare: ['user', name] });
      const fd = child.passDescriptor(child.namespaces.open(name), maker);
      expect(inode(maker, maker.ioctl.userNamespace(fd))).toBe(child.namespaces.id('user'));
    },
  );
});

describe('entering a user namespace', () => {
  test('USER-16 by its descriptor one runs in it, as root of it', () => {
    const owner = ns.agent({ unshare: ['user'] });
    const fd = owner.sendDescriptor(owner.namespaces.open('user'));
    const guest = ns.agent({ join: { fd, namespaces: ['user'] } });
    fs.closeSync(fd);
    expect(guest.namespaces.id('user')).toBe(owner.namespaces.id('user'));
    expect(guest.user.capabilities().effective).toEqual(guest.user.bounding());
    expect(guest.ids().uid.effective).toBe(0);
  });

  test('USER-16 by its descriptor it is there when its maker has ended', () => {
    const owner = ns.agent({ unshare: ['user'] });
    const id = owner.namespaces.id('user');
    const fd = owner.sendDescriptor(owner.namespaces.open('user'));
    owner.end();
    const guest = ns.agent({ join: { fd, namespaces: ['user'] } });
    fs.closeSync(fd);
    expect(guest.namespaces.id('user')).toBe(id);
  });

  test('USER-17 of another container one has its maps', () => {
    const owner = ns.agent({
      unshare: ['user', 'uts'],
      uidMap: [{ inside: 77, outside: 0, count: 1 }],
      gidMap: [{ inside: 78, outside: 0, count: 1 }],
      setgroups: 'deny',
    });
    const guest = ns.agent({ join: { agent: owner, namespaces: ['user'] }, unshare: ['uts'] });
    expect(guest.user.maps()).toStrictEqual(owner.user.maps());
    expect(guest.ids()).toMatchObject({ uid: { real: 77 }, gid: { real: 78 } });
    expect(guest.namespaces.id('uts')).not.toBe(owner.namespaces.id('uts'));
  });

  test('USER-19 one keeps a network that it does not own if that was entered before', () => {
    const net = ns.agent({ unshare: ['net'] });
    const user = ns.agent({ unshare: ['user'] });
    const guest = ns.agent({
      join: [
        { agent: net, namespaces: ['net'] },
        { agent: user, namespaces: ['user'] },
      ],
    });
    expect(guest.namespaces.id('net')).toBe(net.namespaces.id('net'));
    expect(guest.namespaces.id('user')).toBe(user.namespaces.id('user'));
    const late = ns.agent({ join: { agent: user, namespaces: ['user'] } });
    const fd = net.passDescriptor(net.namespaces.open('net'), late);
    expect(() => late.setns(fd, ['net'])).toFailWithErrno('EPERM');
  });

  test('USER-16 of a parent is EPERM, of a sibling’s as well', () => {
    const outer = ns.agent();
    const fds = [outer.namespaces.open('user'), 0];
    const [one, other] = [ns.agent({ unshare: ['user'] }), ns.agent({ unshare: ['user'] })];
    fds[1] = outer.namespaces.open('user', other.pid);
    for (const fd of fds) {
      const there = outer.passDescriptor(fd, one);
      expect(() => one.setns(there, ['user'])).toFailWithErrno('EPERM');
    }
  });
});

describe('USER-26 all eight namespaces at once', () => {
  test.each(WAYS)('are made by who has no rights but a user namespace, by %s', (via) => {
    const maker = ns.agent();
    // Who is root of where he comes from needs this one to map himself. user_namespaces(7)
    const rights = ['CAP_SETFCAP'] as const;
    maker.user.setCapabilities({ effective: rights, permitted: rights });
    expect(() => maker.clone({ unshare: ['uts'], via })).toFailWithErrno('EPERM');
    const agent = maker.clone({ unshare: ALL, via });
    const [inside, outside] = [agent.namespaces.ids(), ns.namespaces.ids()];
    for (const name of ALL) expect(inside[name]).not.toBe(outside[name]);
    expect(agent.ids().uid.effective).toBe(0);
  });
});

describe('USER-27 in a chroot a new user namespace is EPERM', () => {
  test('by unshare and by clone, until the root is that of the mount namespace', () => {
    const agent = ns.agent({ unshare: ['mount'] });
    const root = agent.fs.open('/', ['O_RDONLY', 'O_DIRECTORY']);
    agent.mounts.chroot('/tmp');
    expect(() => agent.unshare(['user'])).toFailWithErrno('EPERM');
    expect(() => agent.clone({ unshare: ['user'] })).toFailWithErrno('EPERM');
    agent.syscall('fchdir', root);
    agent.mounts.chroot('.');
    agent.unshare(['user']);
    expect(agent.namespaces.id('user')).not.toBe(ns.namespaces.ids().user);
  });
});
