import { describe, expect, test } from '@jest/globals';
import { ns } from 'ns-jest';
import { errnoOf } from '../support/errno';
import {
  directory,
  isMounted,
  kindOf,
  mounter,
  mountOfKind,
  passesOn,
  propagationOf,
  tmpfs,
} from '../support/mount-agent';
import { fileSystem, testUnless } from '../support/needs';

// What a user namespace may do with mounts that it inherited, and which it may make. mount_namespaces(7)

describe.each(['clone', 'unshare'] as const)('in a new user and mount namespace by %s', (via) => {
  test('MNT-42 an inherited mount cannot be unmounted', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/point');
    const inner = agent.clone({ unshare: ['user', 'mount'], via });
    expect(isMounted(inner, '/tmp/point')).toBe(true);
    expect(() => inner.mounts.umount('/tmp/point')).toFailWithErrno('EINVAL');
    expect(() => inner.mounts.umount('/tmp/point', 'MNT_DETACH')).toFailWithErrno('EINVAL');
    // One of its own can, also on top of the inherited one.
    tmpfs(inner, '/tmp/point');
    expect(() => inner.mounts.umount('/tmp/point')).not.toThrow();
    expect(isMounted(inner, '/tmp/point')).toBe(true);
    expect(() => agent.mounts.umount('/tmp/point')).not.toThrow();
  });

  test('MNT-42 nor be moved, nor bound without what lies below it', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/point');
    tmpfs(agent, '/tmp/point/below');
    const inner = agent.clone({ unshare: ['user', 'mount'], via });
    directory(inner, '/tmp/to');
    const move = () =>
      inner.mounts.mount({ source: '/tmp/point', target: '/tmp/to', flags: 'MS_MOVE' });
    expect(move).toFailWithErrno('EINVAL');
    // It would uncover what the mount below covers.
    expect(() => inner.mounts.bind('/tmp/point', '/tmp/to')).toFailWithErrno('EINVAL');
    expect(errnoOf(() => inner.mounts.bind('/tmp/point', '/tmp/to', { recursive: true }))).toBe(
      'none',
    );
    expect(() => inner.mounts.umount('/tmp/to/below')).toFailWithErrno('EINVAL');
    expect(() => inner.mounts.umount('/tmp/to', 'MNT_DETACH')).not.toThrow();
  });

  test.each([
    { flag: 'MS_RDONLY' },
    { flag: 'MS_NODEV' },
    { flag: 'MS_NOSUID' },
    { flag: 'MS_NOEXEC' },
    { flag: 'MS_NOATIME' },
  ] as const)('MNT-42 the flag $flag of an inherited mount cannot be cleared', ({ flag }) => {
    const agent = mounter();
    tmpfs(agent, '/tmp/point');
    agent.mounts.mount({ target: '/tmp/point', flags: ['MS_REMOUNT', 'MS_BIND', flag] });
    const inner = agent.clone({ unshare: ['user', 'mount'], via });
    const clear = (who: typeof agent) =>
      errnoOf(() =>
        who.mounts.mount({ target: '/tmp/point', flags: ['MS_REMOUNT', 'MS_BIND', 'MS_RELATIME'] }),
      );
    expect(clear(inner)).toBe('EPERM');
    // Further ones may be set.
    expect(() =>
      inner.mounts.mount({
        target: '/tmp/point',
        flags: ['MS_REMOUNT', 'MS_BIND', 'MS_NOSYMFOLLOW', flag],
      }),
    ).not.toThrow();
    expect(clear(agent)).toBe('none');
  });

  test('MNT-43 a shared mount becomes a slave of the one that it is a copy of', () => {
    const agent = mounter();
    mountOfKind(agent, 'shared', '/tmp/point');
    const inner = agent.clone({ unshare: ['user', 'mount'], via });
    const { shared } = propagationOf(agent, '/tmp/point');
    expect(kindOf(propagationOf(inner, '/tmp/point'))).toBe('slave');
    expect(propagationOf(inner, '/tmp/point').master).toBe(shared);
    expect(passesOn(agent, '/tmp/point', inner, '/tmp/point')).toBe(true);
    expect(passesOn(inner, '/tmp/point', agent, '/tmp/point')).toBe(false);
  });

  test('MNT-43 and one of the same user namespace a peer', () => {
    const agent = mounter();
    mountOfKind(agent, 'shared', '/tmp/point');
    const same = agent.clone({ unshare: ['mount'], via });
    expect(propagationOf(same, '/tmp/point')).toEqual(propagationOf(agent, '/tmp/point'));
  });

  test('MNT-43 a tree that it receives at once is locked together, and may go as a whole', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/tree');
    tmpfs(agent, '/tmp/tree/below');
    mountOfKind(agent, 'shared', '/tmp/point');
    directory(agent, '/tmp/point/late');
    const inner = agent.clone({ unshare: ['user', 'mount'], via });
    agent.mounts.bind('/tmp/tree', '/tmp/point/late', { recursive: true });
    expect(isMounted(inner, '/tmp/point/late/below')).toBe(true);
    expect(() => inner.mounts.umount('/tmp/point/late/below')).toFailWithErrno('EINVAL');
    expect(() => inner.mounts.umount('/tmp/point/late', 'MNT_DETACH')).not.toThrow();
    expect(isMounted(agent, '/tmp/point/late/below')).toBe(true);
  });
});

describe('MNT-70 root of a user namespace with all others its own', () => {
  const all = ['user', 'mount', 'pid', 'net', 'ipc', 'uts', 'cgroup'] as const;

  for (const type of ['tmpfs', 'proc', 'sysfs', 'mqueue', 'devpts', 'cgroup2', 'ramfs']) {
    testUnless(fileSystem(type))(`may mount ${type}`, () => {
      const agent = mounter({ unshare: all.filter((name) => name !== 'mount') });
      directory(agent, '/tmp/point');
      // As restrictive as the one that is there already, or it would reveal more. mount_namespaces(7)
      const flags = ['MS_RDONLY', 'MS_NOSUID', 'MS_NODEV', 'MS_NOEXEC'] as const;
      agent.mounts.mount({ source: type, target: '/tmp/point', type, flags });
      expect(agent.mounts.get('/tmp/point')?.type).toBe(type);
    });
  }

  ns.needs('mount.overlay').test('may mount overlay', () => {
    const agent = mounter({ unshare: ['user'] });
    directory(agent, '/tmp/point', '/tmp/a', '/tmp/b');
    const data = 'lowerdir=/tmp/a:/tmp/b,userxattr';
    agent.mounts.mount({ source: 'overlay', target: '/tmp/point', type: 'overlay', data });
    expect(agent.mounts.get('/tmp/point')?.type).toBe('overlay');
  });

  for (const type of ['ext4', 'debugfs', 'tracefs', 'bpf', 'devtmpfs', 'cgroup', 'securityfs']) {
    testUnless(fileSystem(type))(`may not mount ${type}`, () => {
      const agent = mounter({ unshare: all.filter((name) => name !== 'mount') });
      directory(agent, '/tmp/point');
      // A source that is there: its absence is found out before the lack of a privilege.
      const mount = () => agent.mounts.mount({ source: '/dev/null', target: '/tmp/point', type });
      expect(mount).toFailWithErrno('EPERM');
      expect(isMounted(agent, '/tmp/point')).toBe(false);
    });
  }

  test('nor change the flags of a file system that it did not make', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/point');
    const inner = agent.clone({ unshare: ['user', 'mount'] });
    const remount = (who: typeof agent) =>
      errnoOf(() =>
        who.mounts.mount({ target: '/tmp/point', flags: ['MS_REMOUNT'], data: 'size=8k' }),
      );
    expect(remount(inner)).toBe('EPERM');
    expect(remount(agent)).toBe('none');
  });
});
