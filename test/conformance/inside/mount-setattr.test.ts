import { describe, expect, test } from '@jest/globals';
import { ns } from 'ns-jest';
import { errnoOf } from '../support/errno';
import { directory, kindOf, mounter, propagationOf, tmpfs } from '../support/mount-agent';

const attributes = [
  { set: 'MOUNT_ATTR_RDONLY', st: 'ST_RDONLY' },
  { set: 'MOUNT_ATTR_NOSUID', st: 'ST_NOSUID' },
  { set: 'MOUNT_ATTR_NODEV', st: 'ST_NODEV' },
  { set: 'MOUNT_ATTR_NOEXEC', st: 'ST_NOEXEC' },
  { set: 'MOUNT_ATTR_NODIRATIME', st: 'ST_NODIRATIME' },
  { set: 'MOUNT_ATTR_NOSYMFOLLOW', st: 'ST_NOSYMFOLLOW' },
] as const;

describe('MNT-34 mount_setattr', () => {
  test.each(attributes)('sets and clears $set, as statfs reports', ({ set, st }) => {
    const agent = mounter();
    tmpfs(agent, '/tmp/point');
    expect(agent.mounts.statfs('/tmp/point').flags).not.toContain(st);
    agent.mounts.setattr('/tmp/point', { set });
    expect(agent.mounts.statfs('/tmp/point').flags).toContain(st);
    agent.mounts.setattr('/tmp/point', { clear: set });
    expect(agent.mounts.statfs('/tmp/point').flags).not.toContain(st);
  });

  test('changes the one attribute and leaves the others', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/point');
    agent.mounts.setattr('/tmp/point', { set: ['MOUNT_ATTR_NODEV', 'MOUNT_ATTR_NOEXEC'] });
    agent.mounts.setattr('/tmp/point', { set: 'MOUNT_ATTR_RDONLY', clear: 'MOUNT_ATTR_NODEV' });
    const { options } = agent.mounts.get('/tmp/point') ?? {};
    expect(options).toEqual(expect.arrayContaining(['ro', 'noexec']));
    expect(options).not.toContain('nodev');
  });

  test('reaches submounts only if it is recursive', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/point');
    tmpfs(agent, '/tmp/point/below');
    const below = () => errnoOf(() => agent.fs.writeFile('/tmp/point/below/file', ''));
    agent.mounts.setattr('/tmp/point', { set: 'MOUNT_ATTR_RDONLY' });
    expect(below()).toBe('none');
    agent.mounts.setattr('/tmp/point', { set: 'MOUNT_ATTR_RDONLY', recursive: true });
    expect(below()).toBe('EROFS');
  });

  test('read-only is EBUSY while a file is open for writing, and then changes nothing at all', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/point');
    tmpfs(agent, '/tmp/point/below');
    const fd = agent.fs.open('/tmp/point/below/file', ['O_WRONLY', 'O_CREAT']);
    const set = () =>
      agent.mounts.setattr('/tmp/point', { set: 'MOUNT_ATTR_RDONLY', recursive: true });
    expect(set).toFailWithErrno('EBUSY');
    expect(agent.mounts.get('/tmp/point')?.options).toContain('rw');
    agent.fs.close(fd);
    expect(set).not.toThrow();
  });

  test.each(['MS_SHARED', 'MS_PRIVATE', 'MS_UNBINDABLE'] as const)(
    'changes propagation to %s',
    (propagation) => {
      const agent = mounter();
      tmpfs(agent, '/tmp/point');
      agent.mounts.setattr('/tmp/point', { propagation });
      const kind = propagation.slice('MS_'.length).toLowerCase();
      expect(kindOf(propagationOf(agent, '/tmp/point'))).toBe(kind);
    },
  );

  test('refuses unknown attributes, two times of access, and what is no mount', () => {
    const agent = mounter();
    directory(agent, '/tmp/plain');
    tmpfs(agent, '/tmp/point');
    const set = (...args: Parameters<typeof agent.mounts.setattr>) =>
      errnoOf(() => agent.mounts.setattr(...args));
    expect(set('/tmp/point', { set: 0x4000_0000 })).toBe('EINVAL');
    // The field of the atimes has to be cleared whole to be set.
    expect(set('/tmp/point', { set: 'MOUNT_ATTR_NOATIME' })).toBe('EINVAL');
    expect(set('/tmp/point', { set: 'MOUNT_ATTR_NOATIME', clear: 'MOUNT_ATTR__ATIME' })).toBe(
      'none',
    );
    expect(set('/tmp/plain', { set: 'MOUNT_ATTR_RDONLY' })).toBe('EINVAL');
    expect(set('/tmp/missing', { set: 'MOUNT_ATTR_RDONLY' })).toBe('ENOENT');
    expect(set(9999, { set: 'MOUNT_ATTR_RDONLY' })).toBe('EBADF');
  });

  ns.needs('mount.openTreeAttr').test('open_tree_attr sets them on the detached copy alone', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/point');
    directory(agent, '/tmp/copy');
    const { AT, OPEN_TREE, MOUNT_ATTR } = ns.constants;
    const attribute = ns.struct({ set: 'u64', clear: 'u64', propagation: 'u64', userns: 'u64' });
    const memory = attribute.pack({ set: MOUNT_ATTR.MOUNT_ATTR_RDONLY });
    const flags = OPEN_TREE.OPEN_TREE_CLONE;
    const tree = agent.syscall(
      'open_tree_attr',
      ...[AT.AT_FDCWD, '/tmp/point', flags, memory, attribute.size],
    );
    agent.mounts.moveMount(tree, '/tmp/copy');
    expect(agent.mounts.statfs('/tmp/copy').flags).toContain('ST_RDONLY');
    expect(agent.mounts.statfs('/tmp/point').flags).not.toContain('ST_RDONLY');
  });
});

test.each([
  { set: 'MOUNT_ATTR_NOATIME', option: 'noatime' },
  { set: 'MOUNT_ATTR_STRICTATIME', option: undefined },
  { set: 0, option: 'relatime' },
] as const)('MNT-48 recursive times of access apply to submounts, too: $set', ({ set, option }) => {
  const agent = mounter();
  tmpfs(agent, '/tmp/point');
  tmpfs(agent, '/tmp/point/below');
  // From another value, so that there is something to change.
  agent.mounts.setattr('/tmp/point', {
    set: option === 'noatime' ? 'MOUNT_ATTR_STRICTATIME' : 'MOUNT_ATTR_NOATIME',
    clear: 'MOUNT_ATTR__ATIME',
    recursive: true,
  });
  agent.mounts.setattr('/tmp/point', { set, clear: 'MOUNT_ATTR__ATIME', recursive: true });
  for (const target of ['/tmp/point', '/tmp/point/below']) {
    const atimes = agent.mounts
      .get(target)
      ?.options.filter((each) => ['noatime', 'relatime'].includes(each));
    // Strict is what mountinfo has no word for.
    expect(atimes).toEqual(option === undefined ? [] : [option]);
  }
});
