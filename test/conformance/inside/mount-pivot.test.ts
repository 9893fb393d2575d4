import { describe, expect, test } from '@jest/globals';
import type { Agent } from 'ns-jest';
import { errnoOf } from '../support/errno';
import { bindBeside, directory, isMounted, mounter, tmpfs } from '../support/mount-agent';

/** Another root for the agent: a tmpfs with a place for the old one. */
function newRoot(agent: Agent): void {
  tmpfs(agent, '/tmp/root');
  directory(agent, '/tmp/root/old');
  agent.fs.writeFile('/tmp/root/file', 'new root');
}

describe('MNT-20 pivot_root', () => {
  test('makes a mount the root, and the old root a mount below it', () => {
    const agent = mounter();
    newRoot(agent);
    agent.mounts.pivotRoot('/tmp/root', '/tmp/root/old');
    expect(agent.fs.readdir('/')).toEqual(['file', 'old']);
    expect(agent.fs.readFile('/file')).toBe('new root');
    expect(agent.fs.exists('/old/proc/self')).toBe(true);
    agent.fs.chdir('/');
    agent.mounts.umount('/old', 'MNT_DETACH');
    expect(agent.fs.readdir('/old')).toEqual([]);
  });

  test('moves other processes of the namespace whose root or directory was the old root', () => {
    const agent = mounter();
    newRoot(agent);
    const other = agent.clone();
    other.fs.chdir('/');
    agent.mounts.pivotRoot('/tmp/root', '/tmp/root/old');
    expect(other.fs.readdir('/')).toEqual(['file', 'old']);
    expect(other.fs.readdir('.')).toEqual(['file', 'old']);
  });

  test('with the old root on the new one stacks them, and takes the old one from below', () => {
    const agent = mounter();
    newRoot(agent);
    agent.fs.chdir('/tmp/root');
    agent.mounts.pivotRoot('.', '.');
    agent.mounts.umount('.', 'MNT_DETACH');
    agent.fs.chdir('/');
    expect(agent.fs.readdir('/')).toEqual(['file', 'old']);
  });

  test('from or to the current root is EBUSY', () => {
    const agent = mounter();
    // A root that is no mount of a more privileged namespace, for those are locked: EINVAL.
    newRoot(agent);
    agent.mounts.chroot('/tmp/root');
    tmpfs(agent, '/other');
    directory(agent, '/other/old');
    expect(() => agent.mounts.pivotRoot('/', '/')).toFailWithErrno('EBUSY');
    expect(() => agent.mounts.pivotRoot('/', '/other/old')).toFailWithErrno('EBUSY');
    expect(() => agent.mounts.pivotRoot('/other', '/')).toFailWithErrno('EBUSY');
  });

  test('to a directory that is no mount is EINVAL', () => {
    const agent = mounter();
    directory(agent, '/tmp/plain', '/tmp/plain/old');
    expect(() => agent.mounts.pivotRoot('/tmp/plain', '/tmp/plain/old')).toFailWithErrno('EINVAL');
  });

  test('with the old root somewhere else than below the new one is EINVAL', () => {
    const agent = mounter();
    newRoot(agent);
    directory(agent, '/tmp/elsewhere');
    expect(() => agent.mounts.pivotRoot('/tmp/root', '/tmp/elsewhere')).toFailWithErrno('EINVAL');
  });

  test('with anything shared on the way is EINVAL', () => {
    for (const place of ['/tmp', '/tmp/root', '/tmp/root/old']) {
      const agent = mounter();
      newRoot(agent);
      if (place.endsWith('old')) tmpfs(agent, place);
      agent.mounts.propagation(place, 'MS_SHARED');
      // The new root itself may be shared, as long as the old one is not put on a shared mount.
      expect(() => agent.mounts.pivotRoot('/tmp/root', '/tmp/root/old')).toFailWithErrno('EINVAL');
    }
  });

  test('to a file, or with a file for the old root, is ENOTDIR', () => {
    const agent = mounter();
    newRoot(agent);
    expect(errnoOf(() => agent.mounts.pivotRoot('/tmp/root/file', '/tmp/root/old'))).toBe(
      'ENOTDIR',
    );
    expect(() => agent.mounts.pivotRoot('/tmp/root', '/tmp/root/file')).toFailWithErrno('ENOTDIR');
  });

  test('to what is not there is ENOENT', () => {
    const agent = mounter();
    newRoot(agent);
    expect(() => agent.mounts.pivotRoot('/tmp/missing', '/tmp/root/old')).toFailWithErrno('ENOENT');
    expect(() => agent.mounts.pivotRoot('/tmp/root', '/tmp/root/missing')).toFailWithErrno(
      'ENOENT',
    );
  });

  test('without CAP_SYS_ADMIN is EPERM', () => {
    const agent = mounter();
    newRoot(agent);
    const { effective } = agent.user.capabilities();
    agent.user.setCapabilities({ effective: effective.filter((name) => name !== 'CAP_SYS_ADMIN') });
    expect(() => agent.mounts.pivotRoot('/tmp/root', '/tmp/root/old')).toFailWithErrno('EPERM');
  });

  test('leaves the namespace that it was copied from as it was', () => {
    const agent = mounter();
    newRoot(agent);
    const copy = agent.clone({ unshare: ['mount'] });
    copy.mounts.pivotRoot('/tmp/root', '/tmp/root/old');
    expect(copy.fs.readdir('/')).toEqual(['file', 'old']);
    expect(agent.fs.exists('/proc/self')).toBe(true);
    expect(agent.fs.exists('/file')).toBe(false);
  });
});

describe('MNT-60 another directory', () => {
  test('can be mounted on /tmp and below it, and nothing of the set-up is to be seen there', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/source');
    agent.fs.writeFile('/tmp/source/file', 'content');
    tmpfs(agent, '/tmp/root');
    directory(agent, '/tmp/root/tmp', '/tmp/root/old');
    agent.mounts.bind('/tmp/source', '/tmp/root/tmp');
    directory(agent, '/tmp/root/tmp/below');
    agent.mounts.bind('/tmp/source', '/tmp/root/tmp/below');
    agent.mounts.pivotRoot('/tmp/root', '/tmp/root/old');
    agent.fs.chdir('/');
    agent.mounts.umount('/old', 'MNT_DETACH');
    agent.fs.rmdir('/old');
    expect(agent.fs.readdir('/')).toEqual(['tmp']);
    expect(agent.fs.readdir('/tmp')).toEqual(['below', 'file']);
    expect(agent.fs.readdir('/tmp/below')).toEqual(['below', 'file']);
  });
});

describe('MNT-64 a sandbox in a sandbox', () => {
  test('switches to a root of its own, again and again', () => {
    let agent = mounter();
    for (let depth = 0; depth < 3; depth += 1) {
      tmpfs(agent, '/tmp/root');
      directory(agent, '/tmp/root/old', '/tmp/root/tmp', '/tmp/root/proc');
      bindBeside(agent, '/tmp', '/tmp/root/tmp');
      agent.mounts.mount({
        source: '/proc',
        target: '/tmp/root/proc',
        flags: ['MS_BIND', 'MS_REC'],
      });
      agent.mounts.pivotRoot('/tmp/root', '/tmp/root/old');
      agent.fs.chdir('/');
      agent.mounts.umount('/old', 'MNT_DETACH');
      expect(agent.fs.readdir('/')).toEqual(['old', 'proc', 'tmp']);
      const next = agent.clone({ unshare: ['user', 'mount'] });
      expect(next.fs.readdir('/')).toEqual(['old', 'proc', 'tmp']);
      expect(isMounted(next, '/tmp')).toBe(true);
      agent = next;
      tmpfs(agent, '/tmp');
    }
  });
});
