import { expect, test } from '@jest/globals';
import { type Agent, ns } from 'ns-jest';
import { directory, mounter, tmpfs } from '../support/mount-agent';

// Mounts that show other owners than the file system has. mount_setattr(2), MOUNT_ATTR_IDMAP

const SHIFT = 100;

/** Ids 0 to 9 of the file system are shown as 100 to 109. */
const SHIFTED = [{ inside: 0, outside: SHIFT, count: 10 }];

/** A tmpfs at /tmp/source, and the same at /tmp/shifted by another map. */
function idMapped(map = SHIFTED): Agent {
  const agent = mounter();
  tmpfs(agent, '/tmp/source');
  agent.fs.writeFile('/tmp/source/file', 'content');
  directory(agent, '/tmp/shifted');
  attach(agent, agent.mounts.openTree('/tmp/source'), map);
  return agent;
}

function attach(agent: Agent, tree: number, map = SHIFTED): void {
  const holder = agent.clone({ unshare: ['user'], uidMap: map, gidMap: map });
  const userNamespace = holder.passDescriptor(holder.namespaces.open('user'), agent);
  agent.mounts.setattr(tree, { set: 'MOUNT_ATTR_IDMAP', userNamespace });
  // The map stays with the mount.
  holder.end();
  agent.mounts.moveMount(tree, '/tmp/shifted');
}

function owner(agent: Agent, path: string): [uid: number, gid: number] {
  const { uid, gid } = agent.fs.stat(path);
  return [uid, gid];
}

ns.needs('ids.many', 'mount.idmap').describe('an id-mapped mount', () => {
  test('MNT-50 shows shifted owners, and the file system is as it was', () => {
    const agent = idMapped();
    agent.fs.chown('/tmp/source/file', 3, 4);
    expect(owner(agent, '/tmp/shifted/file')).toEqual([SHIFT + 3, SHIFT + 4]);
    expect(owner(agent, '/tmp/source/file')).toEqual([3, 4]);
  });

  test('MNT-50 shows the overflow id for who is not in the map', () => {
    const agent = idMapped();
    agent.fs.chown('/tmp/source/file', 20, 20);
    expect(owner(agent, '/tmp/shifted/file')).toEqual([65534, 65534]);
    expect(() => agent.fs.writeFile('/tmp/shifted/file', '')).toFailWithErrno('EACCES');
  });

  test('MNT-50 is marked in mountinfo', () => {
    const agent = idMapped();
    expect(agent.mounts.get('/tmp/shifted')?.options).toContain('idmapped');
    expect(agent.mounts.get('/tmp/source')?.options).not.toContain('idmapped');
  });

  test('MNT-51 gives files written through it to the unshifted id underneath', () => {
    const agent = idMapped();
    agent.fs.chmod('/tmp/source', 0o777);
    const writer = agent.clone();
    writer.user.setresgid(SHIFT + 6);
    writer.user.setresuid(SHIFT + 5);
    writer.fs.writeFile('/tmp/shifted/new', '');
    expect(owner(agent, '/tmp/source/new')).toEqual([5, 6]);
    expect(owner(agent, '/tmp/shifted/new')).toEqual([SHIFT + 5, SHIFT + 6]);
  });

  test('MNT-51 translates a change of the owner, too', () => {
    const agent = idMapped();
    agent.fs.chown('/tmp/shifted/file', SHIFT + 7, SHIFT + 8);
    expect(owner(agent, '/tmp/source/file')).toEqual([7, 8]);
  });

  test('MNT-51 lets nobody write whom the map does not know', () => {
    const agent = idMapped();
    agent.fs.chmod('/tmp/source', 0o777);
    const writer = agent.clone();
    writer.user.setresuid(SHIFT + 20);
    expect(() => writer.fs.writeFile('/tmp/shifted/new', '')).toFailWithErrno('EOVERFLOW');
    expect(agent.fs.exists('/tmp/source/new')).toBe(false);
  });

  test('MNT-51 checks permissions by the shifted owner', () => {
    const agent = idMapped();
    agent.fs.chown('/tmp/source/file', 3, 3);
    agent.fs.chmod('/tmp/source/file', 0o600);
    const reader = agent.clone();
    reader.user.setresuid(SHIFT + 3);
    expect(reader.fs.readFile('/tmp/shifted/file')).toBe('content');
    expect(() => reader.fs.readFile('/tmp/source/file')).toFailWithErrno('EACCES');
  });

  test('MNT-50 is made of a detached mount alone, once, by a namespace of another user', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/source');
    directory(agent, '/tmp/shifted');
    const set = 'MOUNT_ATTR_IDMAP';
    const holder = agent.clone({ unshare: ['user'], uidMap: SHIFTED, gidMap: SHIFTED });
    const userNamespace = holder.passDescriptor(holder.namespaces.open('user'), agent);
    expect(() => agent.mounts.setattr('/tmp/source', { set, userNamespace })).toFailWithErrno(
      'EINVAL',
    );
    const tree = agent.mounts.openTree('/tmp/source');
    // Its own would change nothing.
    const own = agent.namespaces.open('user');
    expect(() => agent.mounts.setattr(tree, { set, userNamespace: own })).toFailWithErrno('EINVAL');
    const other = agent.namespaces.open('uts');
    expect(() => agent.mounts.setattr(tree, { set, userNamespace: other })).toFailWithErrno(
      'EINVAL',
    );
    agent.mounts.setattr(tree, { set, userNamespace });
    expect(() => agent.mounts.setattr(tree, { set, userNamespace })).toFailWithErrno('EPERM');
  });
});
