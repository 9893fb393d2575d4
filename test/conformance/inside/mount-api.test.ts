import { describe, expect, test } from '@jest/globals';
import type { Agent } from 'ns-jest';
import { errnoOf } from '../support/errno';
import { directory, isMounted, mounter, tmpfs } from '../support/mount-agent';

// The mount calls that work by descriptors.

/** A tmpfs that is mounted nowhere yet. */
function detached(agent: Agent, attributes?: Parameters<typeof agent.mounts.fsmount>[1]): number {
  const context = agent.mounts.fsopen('tmpfs');
  agent.mounts.fsconfig(context, 'FSCONFIG_SET_STRING', 'source', 'by descriptor');
  agent.mounts.fsconfig(context, 'FSCONFIG_CMD_CREATE');
  const mount = agent.mounts.fsmount(context, attributes);
  agent.fs.close(context);
  return mount;
}

describe('MNT-30 fsopen, fsconfig, fsmount and move_mount', () => {
  test('make a mount that is nowhere until it is attached', () => {
    const agent = mounter();
    directory(agent, '/tmp/point');
    const mount = detached(agent);
    expect(isMounted(agent, '/tmp/point')).toBe(false);
    agent.mounts.moveMount(mount, '/tmp/point');
    expect(agent.mounts.get('/tmp/point')).toMatchObject({
      type: 'tmpfs',
      source: 'by descriptor',
    });
    agent.fs.writeFile('/tmp/point/file', 'content');
    expect(agent.fs.readFile('/tmp/point/file')).toBe('content');
  });

  test.each([
    { attribute: 'MOUNT_ATTR_RDONLY', option: 'ro', st: 'ST_RDONLY' },
    { attribute: 'MOUNT_ATTR_NOSUID', option: 'nosuid', st: 'ST_NOSUID' },
    { attribute: 'MOUNT_ATTR_NODEV', option: 'nodev', st: 'ST_NODEV' },
    { attribute: 'MOUNT_ATTR_NOEXEC', option: 'noexec', st: 'ST_NOEXEC' },
    { attribute: 'MOUNT_ATTR_NOATIME', option: 'noatime', st: 'ST_NOATIME' },
    { attribute: 'MOUNT_ATTR_NODIRATIME', option: 'nodiratime', st: 'ST_NODIRATIME' },
    { attribute: 'MOUNT_ATTR_NOSYMFOLLOW', option: 'nosymfollow', st: 'ST_NOSYMFOLLOW' },
  ] as const)('make it with $attribute', ({ attribute, option, st }) => {
    const agent = mounter();
    directory(agent, '/tmp/with', '/tmp/without');
    agent.mounts.moveMount(detached(agent, attribute), '/tmp/with');
    agent.mounts.moveMount(detached(agent), '/tmp/without');
    expect(agent.mounts.get('/tmp/with')?.options).toContain(option);
    expect(agent.mounts.statfs('/tmp/with').flags).toContain(st);
    expect(agent.mounts.get('/tmp/without')?.options).not.toContain(option);
  });

  test('take what is mounted nowhere with its descriptor', () => {
    const agent = mounter();
    const mount = detached(agent);
    expect(agent.fs.readdir(`/proc/self/fd/${mount}`)).toEqual([]);
    agent.fs.writeFile(`/proc/self/fd/${mount}/file`, 'there');
    expect(agent.fs.readdir(`/proc/self/fd/${mount}`)).toEqual(['file']);
    const before = agent.mounts.list().length;
    agent.fs.close(mount);
    expect(agent.mounts.list()).toHaveLength(before);
  });

  test('reconfigure a file system by fspick', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/point');
    const context = agent.mounts.fspick('/tmp/point');
    agent.mounts.fsconfig(context, 'FSCONFIG_SET_FLAG', 'ro');
    agent.mounts.fsconfig(context, 'FSCONFIG_CMD_RECONFIGURE');
    expect(agent.mounts.get('/tmp/point')?.superOptions).toContain('ro');
    expect(() => agent.fs.writeFile('/tmp/point/file', '')).toFailWithErrno('EROFS');
  });
});

describe('MNT-31 is refused:', () => {
  test('fsopen of an unknown type, or with unknown flags', () => {
    const agent = mounter();
    expect(() => agent.mounts.fsopen('nosuchfs')).toFailWithErrno('ENODEV');
    expect(() => agent.mounts.fsopen('tmpfs', 0x10)).toFailWithErrno('EINVAL');
  });

  test('fsconfig of a key that is not known, on a descriptor that is none, out of order', () => {
    const agent = mounter();
    const context = agent.mounts.fsopen('tmpfs');
    const set = (...args: Parameters<typeof agent.mounts.fsconfig>) =>
      errnoOf(() => agent.mounts.fsconfig(...args));
    expect(set(context, 'FSCONFIG_SET_STRING', 'nonsense', '1')).toBe('EINVAL');
    expect(set(context, 'FSCONFIG_SET_STRING', 'size', 'much')).toBe('EINVAL');
    expect(set(context, 'FSCONFIG_SET_STRING', null, 'value')).toBe('EINVAL');
    expect(set(context, 'FSCONFIG_SET_FLAG', 'ro', 'value')).toBe('EINVAL');
    expect(set(-1, 'FSCONFIG_SET_FLAG', 'ro')).toBe('EINVAL');
    expect(set(9999, 'FSCONFIG_SET_FLAG', 'ro')).toBe('EBADF');
    expect(set(agent.fs.open('/tmp'), 'FSCONFIG_SET_FLAG', 'ro')).toBe('EINVAL');
    // Before it is made, it can neither be mounted nor reconfigured.
    expect(() => agent.mounts.fsmount(context)).toFailWithErrno('EINVAL');
    expect(set(context, 'FSCONFIG_CMD_RECONFIGURE')).toBe('EBUSY');
  });

  test('fsconfig after a failed creation', () => {
    const agent = mounter();
    const context = agent.mounts.fsopen('overlay');
    // Without a lower directory.
    expect(() => agent.mounts.fsconfig(context, 'FSCONFIG_CMD_CREATE')).toFailWithErrno('EINVAL');
    expect(() => agent.mounts.fsconfig(context, 'FSCONFIG_SET_FLAG', 'ro')).toFailWithErrno(
      'EBUSY',
    );
  });

  test('fsmount with unknown attributes or flags, or of what is no context', () => {
    const agent = mounter();
    const context = agent.mounts.fsopen('tmpfs');
    agent.mounts.fsconfig(context, 'FSCONFIG_CMD_CREATE');
    expect(() => agent.mounts.fsmount(context, 0x4000_0000)).toFailWithErrno('EINVAL');
    expect(() => agent.mounts.fsmount(context, 0, 0x100)).toFailWithErrno('EINVAL');
    expect(() => agent.mounts.fsmount(9999)).toFailWithErrno('EBADF');
    expect(() => agent.mounts.fsmount(agent.fs.open('/tmp'))).toFailWithErrno('EINVAL');
    agent.mounts.fsmount(context);
    // One mount for each creation.
    expect(() => agent.mounts.fsmount(context)).toFailWithErrno('EBUSY');
  });

  test('open_tree of nothing, of a bad descriptor, with flags that are none or need another', () => {
    const agent = mounter();
    expect(() => agent.mounts.openTree('/tmp/missing')).toFailWithErrno('ENOENT');
    expect(() => agent.mounts.openTree('relative', 1, 9999)).toFailWithErrno('EBADF');
    expect(() => agent.mounts.openTree('/tmp', 0x4000_0000)).toFailWithErrno('EINVAL');
    expect(() => agent.mounts.openTree('/tmp', 'AT_RECURSIVE')).toFailWithErrno('EINVAL');
  });

  test('move_mount from or to nothing, by bad descriptors, with unknown flags', () => {
    const agent = mounter();
    directory(agent, '/tmp/point', '/tmp/plain');
    const mount = detached(agent);
    const move = (...args: Parameters<typeof agent.mounts.moveMount>) =>
      errnoOf(() => agent.mounts.moveMount(...args));
    expect(move(9999, '/tmp/point')).toBe('EBADF');
    expect(move(mount, 9999)).toBe('EBADF');
    expect(move('/tmp/missing', '/tmp/point')).toBe('ENOENT');
    expect(move(mount, '/tmp/missing')).toBe('ENOENT');
    expect(move(mount, '/tmp/point', 0x1000)).toBe('EINVAL');
    expect(move('/tmp/plain', '/tmp/point')).toBe('EINVAL');
    agent.fs.writeFile('/tmp/file', '');
    expect(move(mount, '/tmp/file')).toBe('EINVAL');
    expect(move(mount, '/tmp/point')).toBe('none');
  });

  test('every one of them without CAP_SYS_ADMIN', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/point');
    const mount = detached(agent);
    agent.user.setCapabilities({ effective: [] });
    expect(() => agent.mounts.fsopen('tmpfs')).toFailWithErrno('EPERM');
    expect(() => agent.mounts.fspick('/tmp/point')).toFailWithErrno('EPERM');
    expect(() => agent.mounts.openTree('/tmp/point')).toFailWithErrno('EPERM');
    expect(() => agent.mounts.moveMount(mount, '/tmp/point')).toFailWithErrno('EPERM');
    expect(errnoOf(() => agent.mounts.setattr('/tmp/point', { set: 'MOUNT_ATTR_RDONLY' }))).toBe(
      'EPERM',
    );
  });
});

describe('MNT-32 a cloned tree', () => {
  test('is detached, and can be attached elsewhere', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/source');
    agent.fs.writeFile('/tmp/source/file', 'content');
    directory(agent, '/tmp/target');
    const tree = agent.mounts.openTree('/tmp/source');
    agent.mounts.umount('/tmp/source');
    expect(agent.fs.readFile(`/proc/self/fd/${tree}/file`)).toBe('content');
    agent.mounts.moveMount(tree, '/tmp/target');
    expect(agent.fs.readFile('/tmp/target/file')).toBe('content');
  });

  test.each([true, false])('has the submounts: AT_RECURSIVE %s', (recursive) => {
    const agent = mounter();
    tmpfs(agent, '/tmp/source');
    tmpfs(agent, '/tmp/source/below');
    directory(agent, '/tmp/target');
    const tree = agent.mounts.openTree('/tmp/source', [
      'OPEN_TREE_CLONE',
      ...(recursive ? (['AT_RECURSIVE'] as const) : []),
    ]);
    agent.mounts.moveMount(tree, '/tmp/target');
    expect(isMounted(agent, '/tmp/target/below')).toBe(recursive);
    expect(isMounted(agent, '/tmp/source/below')).toBe(true);
  });

  test('without OPEN_TREE_CLONE the mount itself is moved', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/source');
    directory(agent, '/tmp/target');
    agent.mounts.moveMount(agent.mounts.openTree('/tmp/source', 0), '/tmp/target');
    expect(isMounted(agent, '/tmp/source')).toBe(false);
    expect(isMounted(agent, '/tmp/target')).toBe(true);
  });

  test('goes into another mount namespace with its descriptor', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/source');
    agent.fs.writeFile('/tmp/source/file', 'content');
    const other = agent.clone({ unshare: ['mount'] });
    directory(other, '/tmp/target');
    const tree = agent.passDescriptor(agent.mounts.openTree('/tmp/source'), other);
    other.mounts.moveMount(tree, '/tmp/target');
    expect(other.fs.readFile('/tmp/target/file')).toBe('content');
    expect(isMounted(agent, '/tmp/target')).toBe(false);
  });
});
