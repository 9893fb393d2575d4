import { describe, expect, test } from '@jest/globals';
import { ns } from 'ns-jest';
import { errnoOf } from '../support/errno';
import { directory, isMounted, mounter, tmpfs } from '../support/mount-agent';
import { linux, testUnless } from '../support/needs';

describe('MNT-21 a bind', () => {
  test('of a directory shows it at a second place, and what is written at either at both', () => {
    const agent = mounter();
    directory(agent, '/tmp/one', '/tmp/two');
    agent.fs.writeFile('/tmp/two/covered', '');
    agent.fs.writeFile('/tmp/one/before', 'a');
    agent.mounts.bind('/tmp/one', '/tmp/two');
    expect(agent.fs.readdir('/tmp/two')).toEqual(['before']);
    agent.fs.writeFile('/tmp/two/after', 'b');
    expect(agent.fs.readFile('/tmp/one/after')).toBe('b');
    expect(agent.fs.stat('/tmp/two').ino).toBe(agent.fs.stat('/tmp/one').ino);
    agent.mounts.umount('/tmp/two');
    expect(agent.fs.readdir('/tmp/two')).toEqual(['covered']);
    expect(agent.fs.readdir('/tmp/one')).toEqual(['after', 'before']);
  });

  test('of a file shows it at a second place', () => {
    const agent = mounter();
    agent.fs.writeFile('/tmp/one', 'one');
    agent.fs.writeFile('/tmp/two', 'two');
    agent.mounts.bind('/tmp/one', '/tmp/two');
    expect(agent.fs.readFile('/tmp/two')).toBe('one');
    agent.fs.writeFile('/tmp/two', 'changed');
    expect(agent.fs.readFile('/tmp/one')).toBe('changed');
    expect(agent.mounts.get('/tmp/two')).toMatchObject({ root: '/one', type: 'tmpfs' });
    agent.mounts.umount('/tmp/two');
    expect(agent.fs.readFile('/tmp/two')).toBe('two');
  });

  test('of a directory on a file, or the other way round, is ENOTDIR', () => {
    const agent = mounter();
    directory(agent, '/tmp/directory');
    agent.fs.writeFile('/tmp/file', '');
    expect(() => agent.mounts.bind('/tmp/directory', '/tmp/file')).toFailWithErrno('ENOTDIR');
    expect(() => agent.mounts.bind('/tmp/file', '/tmp/directory')).toFailWithErrno('ENOTDIR');
  });

  test('of what is not there, or to where nothing is, is ENOENT', () => {
    const agent = mounter();
    directory(agent, '/tmp/directory');
    expect(() => agent.mounts.bind('/tmp/none', '/tmp/directory')).toFailWithErrno('ENOENT');
    expect(() => agent.mounts.bind('/tmp/directory', '/tmp/none')).toFailWithErrno('ENOENT');
  });
});

test('MNT-22 a mount can be moved, with those below it', () => {
  const agent = mounter();
  tmpfs(agent, '/tmp/old');
  tmpfs(agent, '/tmp/old/below');
  agent.fs.writeFile('/tmp/old/below/file', 'content');
  const { id } = agent.mounts.get('/tmp/old') ?? {};
  directory(agent, '/tmp/new');
  agent.mounts.mount({ source: '/tmp/old', target: '/tmp/new', flags: 'MS_MOVE' });
  expect(agent.mounts.get('/tmp/new')?.id).toBe(id);
  expect(agent.fs.readFile('/tmp/new/below/file')).toBe('content');
  expect(isMounted(agent, '/tmp/old')).toBe(false);
  expect(agent.fs.readdir('/tmp/old')).toEqual([]);
});

testUnless(linux('6.12'))('MNT-24 a mount on a magic link of /proc/PID/fd is ENOENT', () => {
  const agent = mounter();
  agent.fs.writeFile('/tmp/file', '');
  agent.fs.writeFile('/tmp/onto', '');
  const link = `/proc/self/fd/${agent.fs.open('/tmp/onto')}`;
  // The link itself, where the last component of a path would be followed.
  const onto = agent.fs.open(link, ['O_PATH', 'O_NOFOLLOW']);
  expect(agent.fs.fstat(onto).isSymlink).toBe(true);
  expect(() => agent.mounts.bind('/tmp/file', `/proc/self/fd/${onto}`)).toFailWithErrno('ENOENT');
  expect(() => agent.mounts.bind('/tmp/file', link)).not.toThrow();
  expect(isMounted(agent, '/tmp/onto')).toBe(true);
});

describe('MNT-26 without privileges', () => {
  test('mount and umount are EPERM once the capability is gone', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/point');
    const { effective } = agent.user.capabilities();
    agent.user.setCapabilities({ effective: effective.filter((name) => name !== 'CAP_SYS_ADMIN') });
    expect(() =>
      agent.mounts.mount({ source: 'x', target: '/tmp/point', type: 'tmpfs' }),
    ).toFailWithErrno('EPERM');
    expect(() => agent.mounts.bind('/tmp', '/tmp/point')).toFailWithErrno('EPERM');
    expect(() => agent.mounts.umount('/tmp/point')).toFailWithErrno('EPERM');
    agent.user.setCapabilities({ effective });
    expect(() => agent.mounts.umount('/tmp/point')).not.toThrow();
  });

  ns.needs('ids.many').test('mount and umount are EPERM for another user', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/point');
    agent.user.setresuid(1);
    expect(agent.user.capabilities().effective).toEqual([]);
    expect(() =>
      agent.mounts.mount({ source: 'x', target: '/tmp/point', type: 'tmpfs' }),
    ).toFailWithErrno('EPERM');
    expect(() => agent.mounts.umount('/tmp/point')).toFailWithErrno('EPERM');
    expect(isMounted(agent, '/tmp/point')).toBe(true);
  });
});

describe('MNT-27 an unmount', () => {
  test('of a busy mount is EBUSY until nobody uses it', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/point');
    agent.fs.writeFile('/tmp/point/file', '');
    const fd = agent.fs.open('/tmp/point/file');
    expect(() => agent.mounts.umount('/tmp/point')).toFailWithErrno('EBUSY');
    agent.fs.close(fd);
    expect(() => agent.mounts.umount('/tmp/point')).not.toThrow();
  });

  test('of somebody’s working directory, or of what something is mounted below, is EBUSY', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/point');
    const other = agent.clone();
    other.fs.chdir('/tmp/point');
    expect(() => agent.mounts.umount('/tmp/point')).toFailWithErrno('EBUSY');
    other.fs.chdir('/');
    tmpfs(agent, '/tmp/point/below');
    expect(() => agent.mounts.umount('/tmp/point')).toFailWithErrno('EBUSY');
    agent.mounts.umount('/tmp/point/below');
    expect(() => agent.mounts.umount('/tmp/point')).not.toThrow();
  });

  test('of what is no mount is EINVAL, of what is not there ENOENT', () => {
    const agent = mounter();
    directory(agent, '/tmp/plain');
    expect(() => agent.mounts.umount('/tmp/plain')).toFailWithErrno('EINVAL');
    expect(() => agent.mounts.umount('/tmp/missing')).toFailWithErrno('ENOENT');
    expect(() => agent.mounts.umount(`/tmp/${'x'.repeat(4096)}`)).toFailWithErrno('ENAMETOOLONG');
    expect(() => agent.mounts.umount('/tmp', 0x4000)).toFailWithErrno('EINVAL');
  });

  test('with MNT_DETACH takes a busy mount away, which lives on for who is in it', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/point');
    agent.fs.writeFile('/tmp/point/file', 'content');
    const fd = agent.fs.open('/tmp/point/file');
    agent.mounts.umount('/tmp/point', 'MNT_DETACH');
    expect(isMounted(agent, '/tmp/point')).toBe(false);
    expect(agent.fs.exists('/tmp/point/file')).toBe(false);
    expect(agent.fs.read(fd).toString()).toBe('content');
  });
});

describe('MNT-29 umount2', () => {
  test('expires a mount at the second call, if nobody was there in between', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/point');
    const expire = () => errnoOf(() => agent.mounts.umount('/tmp/point', 'MNT_EXPIRE'));
    expect(expire()).toBe('EAGAIN');
    agent.fs.close(agent.fs.open('/tmp/point', ['O_RDONLY', 'O_DIRECTORY']));
    expect(expire()).toBe('EAGAIN');
    expect(isMounted(agent, '/tmp/point')).toBe(true);
    expect(expire()).toBe('none');
    expect(isMounted(agent, '/tmp/point')).toBe(false);
  });

  test('does not expire what is in use, nor together with other flags', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/point');
    const fd = agent.fs.open('/tmp/point', ['O_RDONLY', 'O_DIRECTORY']);
    const umount = (flags: Parameters<typeof agent.mounts.umount>[1]) =>
      errnoOf(() => agent.mounts.umount('/tmp/point', flags));
    expect(umount('MNT_EXPIRE')).toBe('EBUSY');
    agent.fs.close(fd);
    expect(umount(['MNT_EXPIRE', 'MNT_DETACH'])).toBe('EINVAL');
    expect(umount(['MNT_EXPIRE', 'MNT_FORCE'])).toBe('EINVAL');
  });

  test('refuses a symbolic link with UMOUNT_NOFOLLOW, and follows it without', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/point');
    agent.fs.symlink('/tmp/point', '/tmp/link');
    expect(() => agent.mounts.umount('/tmp/link', 'UMOUNT_NOFOLLOW')).toFailWithErrno('EINVAL');
    expect(isMounted(agent, '/tmp/point')).toBe(true);
    expect(() => agent.mounts.umount('/tmp/link')).not.toThrow();
    expect(isMounted(agent, '/tmp/point')).toBe(false);
  });
});

test('MNT-69 of two binds on one target the later is the visible one', () => {
  const agent = mounter();
  directory(agent, '/tmp/first', '/tmp/second', '/tmp/target');
  agent.fs.writeFile('/tmp/first/file', 'first');
  agent.fs.writeFile('/tmp/second/file', 'second');
  agent.mounts.bind('/tmp/first', '/tmp/target');
  agent.mounts.bind('/tmp/second', '/tmp/target');
  expect(agent.fs.readFile('/tmp/target/file')).toBe('second');
  agent.mounts.umount('/tmp/target');
  expect(agent.fs.readFile('/tmp/target/file')).toBe('first');
});

test('MNT-21 mount refuses what there is not: a type, a flag pair, a target', () => {
  const agent = mounter();
  directory(agent, '/tmp/point');
  const mount = (request: Parameters<typeof agent.mounts.mount>[0]) =>
    errnoOf(() => agent.mounts.mount(request));
  expect(mount({ source: 'x', target: '/tmp/point', type: 'nosuchfs' })).toBe('ENODEV');
  expect(mount({ source: 'x', target: '/tmp/missing', type: 'tmpfs' })).toBe('ENOENT');
  expect(mount({ source: 'x', target: '/tmp/point', type: 'tmpfs', data: 'nonsense=1' })).toBe(
    'EINVAL',
  );
  expect(mount({ target: '/tmp/point', flags: ['MS_SHARED', 'MS_PRIVATE'] })).toBe('EINVAL');
  // Only a mount has a propagation, or can be remounted.
  expect(mount({ target: '/tmp/point', flags: 'MS_SHARED' })).toBe('EINVAL');
  expect(mount({ target: '/tmp/point', flags: ['MS_REMOUNT', 'MS_RDONLY'] })).toBe('EINVAL');
  expect(mount({ source: null, target: '/tmp/point', flags: 'MS_BIND' })).toBe('EINVAL');
});
