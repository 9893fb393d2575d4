import { expect, test } from '@jest/globals';
import { type Agent, ns } from 'ns-jest';
import { bindBeside, directory, mounter, mountOfKind, tmpfs } from '../support/mount-agent';
import { linux, testUnless } from '../support/needs';

// listmount(2) and statmount(2), held against /proc/self/mountinfo.

function sorted(ids: readonly (bigint | number)[]): string[] {
  return ids.map(String).sort();
}

/** The unique ids of what mountinfo shows. */
function idsByPath(agent: Agent): bigint[] {
  return agent.mounts.listIds().filter((id) => agent.mounts.statmount(id).oldId > 0);
}

function idAt(agent: Agent, path: string): bigint {
  return agent.fs.stat(path).mountId;
}

ns.needs('mount.listmount', 'mount.statmount').describe('MNT-36 listmount', () => {
  test('returns exactly the mounts of the namespace', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/point');
    const listed = agent.mounts.listIds().map((id) => agent.mounts.statmount(id).oldId);
    expect(sorted(listed)).toEqual(sorted(agent.mounts.list().map(({ id }) => id)));
    expect(idsByPath(agent)).toContain(idAt(agent, '/tmp/point'));
  });

  test('returns them in pages, each after the last of the one before', () => {
    const agent = mounter();
    for (const name of ['a', 'b', 'c', 'd', 'e']) tmpfs(agent, `/tmp/${name}`);
    const whole = agent.mounts.listIds();
    const pages: bigint[] = [];
    for (;;) {
      const page = agent.mounts.listIds({ limit: 2, after: pages.at(-1) ?? 0n });
      expect(page.length).toBeLessThanOrEqual(2);
      if (page.length === 0) break;
      pages.push(...page);
    }
    expect(pages).toEqual(whole);
    expect(new Set(pages).size).toBe(whole.length);
  });

  test('returns those below a mount, of all levels, not the mount itself', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/a');
    tmpfs(agent, '/tmp/a/b');
    tmpfs(agent, '/tmp/a/b/c');
    tmpfs(agent, '/tmp/beside');
    const below = agent.mounts.listIds({ below: idAt(agent, '/tmp/a') });
    expect(sorted(below)).toEqual(
      sorted(['/tmp/a/b', '/tmp/a/b/c'].map((path) => idAt(agent, path))),
    );
    expect(agent.mounts.listIds({ below: idAt(agent, '/tmp/beside') })).toEqual([]);
  });

  test('follows what comes and goes, and never gives an id twice', () => {
    const agent = mounter();
    const before = agent.mounts.listIds();
    tmpfs(agent, '/tmp/point');
    const first = idAt(agent, '/tmp/point');
    expect(sorted(agent.mounts.listIds())).toEqual(sorted([...before, first]));
    agent.mounts.umount('/tmp/point');
    expect(agent.mounts.listIds()).toEqual(before);
    tmpfs(agent, '/tmp/point');
    expect(idAt(agent, '/tmp/point')).toBeGreaterThan(first);
  });

  test('refuses an id that is not there', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/point');
    const id = idAt(agent, '/tmp/point');
    agent.mounts.umount('/tmp/point');
    expect(() => agent.mounts.listIds({ below: id })).toFailWithErrno('ENOENT');
    expect(() => agent.mounts.statmount(id)).toFailWithErrno('ENOENT');
  });
});

ns.needs('mount.statmount').describe('MNT-38 statmount', () => {
  test('reports ids, the parent’s ids, and where and what the mount is', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/point');
    tmpfs(agent, '/tmp/point/below');
    const id = idAt(agent, '/tmp/point/below');
    const shown = agent.mounts.get('/tmp/point/below');
    expect(agent.mounts.statmount(id, { mask: 0x3f })).toMatchObject({
      id,
      parentId: idAt(agent, '/tmp/point'),
      oldId: shown?.id,
      oldParentId: shown?.parent,
      device: shown?.device,
      type: 'tmpfs',
      target: '/tmp/point/below',
      root: '/',
    });
  });

  test('reports attributes, and their change', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/point');
    const attributes = () => agent.mounts.statmount(idAt(agent, '/tmp/point')).attributes;
    expect(attributes()).not.toContain('MOUNT_ATTR_RDONLY');
    agent.mounts.setattr('/tmp/point', { set: ['MOUNT_ATTR_RDONLY', 'MOUNT_ATTR_NOEXEC'] });
    expect(attributes()).toEqual(
      expect.arrayContaining(['MOUNT_ATTR_RDONLY', 'MOUNT_ATTR_NOEXEC']),
    );
    agent.mounts.setattr('/tmp/point', { clear: 'MOUNT_ATTR_RDONLY' });
    expect(attributes()).not.toContain('MOUNT_ATTR_RDONLY');
  });

  test.each(['shared', 'private', 'slave', 'shared slave', 'unbindable'] as const)(
    'reports the propagation of a %s mount as mountinfo does',
    (kind) => {
      const agent = mounter();
      mountOfKind(agent, kind, '/tmp/point');
      const { peerGroup, master, propagation } = agent.mounts.statmount(idAt(agent, '/tmp/point'));
      const shown = agent.mounts.get('/tmp/point')?.propagation;
      expect(peerGroup).toBe(BigInt(shown?.shared ?? 0));
      expect(master).toBe(BigInt(shown?.master ?? 0));
      const flags = kind.split(' ').map((word) => `MS_${word.toUpperCase()}`);
      expect([...propagation].sort()).toEqual(flags.sort());
    },
  );

  test('reports the root of a bind, and the root of the whole for a mount', () => {
    const agent = mounter();
    directory(agent, '/tmp/source', '/tmp/source/inner');
    bindBeside(agent, '/tmp/source/inner', '/tmp/bound');
    expect(agent.mounts.statmount(idAt(agent, '/tmp/bound'), { mask: 0x3f })).toMatchObject({
      root: '/source/inner',
      target: '/tmp/bound',
    });
  });

  test('tells only what was asked for', () => {
    const agent = mounter();
    const status = agent.mounts.statmount(idAt(agent, '/tmp'), { mask: 'STATMOUNT_FS_TYPE' });
    expect(status.mask).toEqual(['STATMOUNT_FS_TYPE']);
    expect(status).toMatchObject({ type: 'tmpfs', target: '', id: 0n });
  });
});

ns.needs('mount.listmount', 'mount.statmount', 'nsfs.mountId').describe(
  'the namespace of a mount',
  () => {
    test('MNT-39 statmount names the mount namespace that a mount belongs to', () => {
      const agent = mounter();
      tmpfs(agent, '/tmp/point');
      const child = agent.clone({ unshare: ['mount'] });
      const namespaceOf = (who: Agent) => who.ioctl.mountNamespaceId(who.namespaces.open('mount'));
      expect(namespaceOf(child)).not.toBe(namespaceOf(agent));
      for (const who of [agent, child]) {
        const status = who.mounts.statmount(idAt(who, '/tmp/point'), {
          mask: 'STATMOUNT_MNT_NS_ID',
        });
        expect(status.namespaceId).toBe(namespaceOf(who));
      }
      // The copy is another mount.
      expect(idAt(child, '/tmp/point')).not.toBe(idAt(agent, '/tmp/point'));
    });

    test('MNT-40 a parent lists the mount namespace of its child by id', () => {
      const agent = mounter();
      const child = agent.clone({ unshare: ['user', 'mount'] });
      tmpfs(child, '/tmp/point');
      const namespaceId = child.ioctl.mountNamespaceId(child.namespaces.open('mount'));
      const listed = agent.mounts.listIds({ namespaceId });
      expect(sorted(listed)).toEqual(sorted(child.mounts.listIds()));
      expect(listed).toContain(idAt(child, '/tmp/point'));
      expect(agent.mounts.listIds()).not.toContain(idAt(child, '/tmp/point'));
      const status = agent.mounts.statmount(idAt(child, '/tmp/point'), { mask: 0x3f, namespaceId });
      expect(status.target).toBe('/tmp/point');
    });

    testUnless(linux('6.12'))('MNT-40 and the count that nsfs tells is the same', () => {
      const agent = mounter();
      const child = agent.clone({ unshare: ['mount'] });
      tmpfs(child, '/tmp/point');
      const fd = child.namespaces.open('mount');
      const info = child.ioctl.mountNamespaceInfo(fd);
      expect(info.id).toBe(child.ioctl.mountNamespaceId(fd));
      // The invisible root of the namespace is counted, too.
      expect(info.mounts - child.mounts.listIds().length).toBe(mountsBeyondTheList(agent));
    });

    test('MNT-40 for a child its parent’s, which it has no privilege in, is not there', () => {
      const agent = mounter();
      const child = agent.clone({ unshare: ['user', 'mount'] });
      const namespaceId = agent.ioctl.mountNamespaceId(agent.namespaces.open('mount'));
      expect(() => child.mounts.listIds({ namespaceId })).toFailWithErrno('ENOENT');
      expect(() => agent.mounts.listIds({ namespaceId: 1n << 60n })).toFailWithErrno('ENOENT');
    });
  },
);

function mountsBeyondTheList(agent: Agent): number {
  const { mounts } = agent.ioctl.mountNamespaceInfo(agent.namespaces.open('mount'));
  return mounts - agent.mounts.listIds().length;
}
