import { describe, expect, test } from '@jest/globals';
import type { Agent } from 'ns-jest';
import { isMounted, mounter, mountOfKind, passesOn, tmpfs } from '../support/mount-agent';

// Two mount namespaces: what is mounted in one, and what the other sees of it. mount_namespaces(7)

const vias = ['clone', 'unshare'] as const;

/** A mount at /tmp/point and a second namespace with a copy of it. */
function twoNamespaces(kind: 'shared' | 'private' | 'unbindable', via: (typeof vias)[number]) {
  const parent = mounter();
  mountOfKind(parent, kind, '/tmp/point');
  parent.fs.mkdir('/tmp/point/on');
  const child = parent.clone({ unshare: ['mount'], via });
  expect(child.namespaces.id('mount')).not.toBe(parent.namespaces.id('mount'));
  expect(isMounted(child, '/tmp/point')).toBe(true);
  return { parent, child };
}

function both(parent: Agent, child: Agent): { down: boolean; up: boolean } {
  return {
    down: passesOn(parent, '/tmp/point', child, '/tmp/point'),
    up: passesOn(child, '/tmp/point', parent, '/tmp/point'),
  };
}

describe.each(vias)('between a namespace and its copy by %s', (via) => {
  test('MNT-01 a bind made on a shared mount by the parent shows in the child', () => {
    const { parent, child } = twoNamespaces('shared', via);
    tmpfs(parent, '/tmp/other');
    parent.fs.writeFile('/tmp/other/file', 'told');
    parent.mounts.bind('/tmp/other', '/tmp/point/on');
    expect(child.fs.readFile('/tmp/point/on/file')).toBe('told');
    // The source was not on a shared mount, so it is the parent's alone.
    expect(isMounted(child, '/tmp/other')).toBe(false);
  });

  test('MNT-01 and one made by the child in the parent', () => {
    const { parent, child } = twoNamespaces('shared', via);
    tmpfs(child, '/tmp/other');
    child.fs.writeFile('/tmp/other/file', 'told');
    child.mounts.bind('/tmp/other', '/tmp/point/on');
    expect(parent.fs.readFile('/tmp/point/on/file')).toBe('told');
    expect(isMounted(parent, '/tmp/other')).toBe(false);
  });

  test('MNT-01 an unmount on a shared mount travels as the mount did, both ways', () => {
    const { parent, child } = twoNamespaces('shared', via);
    tmpfs(parent, '/tmp/point/on');
    expect(isMounted(child, '/tmp/point/on')).toBe(true);
    child.mounts.umount('/tmp/point/on');
    expect(isMounted(parent, '/tmp/point/on')).toBe(false);
  });

  test('MNT-01 the shared mount itself is unmounted in one namespace alone', () => {
    const { parent, child } = twoNamespaces('shared', via);
    child.mounts.umount('/tmp/point');
    expect(isMounted(child, '/tmp/point')).toBe(false);
    expect(isMounted(parent, '/tmp/point')).toBe(true);
  });

  test('MNT-03 a private mount neither sends nor receives', () => {
    const { parent, child } = twoNamespaces('private', via);
    expect(both(parent, child)).toEqual({ down: false, up: false });
  });

  test('MNT-03 neither does one that the child made private, nor one that the parent did', () => {
    for (const who of ['parent', 'child'] as const) {
      const two = twoNamespaces('shared', via);
      expect(both(two.parent, two.child)).toEqual({ down: true, up: true });
      two[who].mounts.propagation('/tmp/point', 'MS_PRIVATE');
      expect(both(two.parent, two.child)).toEqual({ down: false, up: false });
    }
  });

  test('MNT-04 a slave receives from its master and sends nothing', () => {
    const { parent, child } = twoNamespaces('shared', via);
    child.mounts.propagation('/tmp/point', 'MS_SLAVE');
    expect(both(parent, child)).toEqual({ down: true, up: false });
  });

  test('MNT-04 the parent may be the slave of its copy', () => {
    const { parent, child } = twoNamespaces('shared', via);
    parent.mounts.propagation('/tmp/point', 'MS_SLAVE');
    expect(both(parent, child)).toEqual({ down: false, up: true });
  });

  test('MNT-04 an unmount by the slave stays with the slave, one by the master travels', () => {
    const { parent, child } = twoNamespaces('shared', via);
    child.mounts.propagation('/tmp/point', 'MS_SLAVE');
    tmpfs(parent, '/tmp/point/on');
    child.mounts.umount('/tmp/point/on');
    expect(isMounted(parent, '/tmp/point/on')).toBe(true);
    parent.mounts.umount('/tmp/point/on');
    tmpfs(parent, '/tmp/point/on');
    expect(isMounted(child, '/tmp/point/on')).toBe(true);
    parent.mounts.umount('/tmp/point/on');
    expect(isMounted(child, '/tmp/point/on')).toBe(false);
  });

  test('MNT-03 an unbindable mount neither sends nor receives', () => {
    const { parent, child } = twoNamespaces('unbindable', via);
    expect(both(parent, child)).toEqual({ down: false, up: false });
  });

  test('MNT-01 a whole tree made shared shares what lies below, and one made private does not', () => {
    const parent = mounter();
    tmpfs(parent, '/tmp/point');
    tmpfs(parent, '/tmp/point/below');
    parent.mounts.propagation('/tmp/point', ['MS_REC', 'MS_SHARED']);
    const child = parent.clone({ unshare: ['mount'], via });
    const below = () => passesOn(parent, '/tmp/point/below', child, '/tmp/point/below');
    expect(below()).toBe(true);
    child.mounts.propagation('/tmp/point', 'MS_PRIVATE');
    expect(below()).toBe(true);
    child.mounts.propagation('/tmp/point', ['MS_REC', 'MS_PRIVATE']);
    expect(below()).toBe(false);
  });
});

test('MNT-03 a fresh mount namespace shows no mount that was made in the other meanwhile', () => {
  const parent = mounter();
  const child = parent.clone({ unshare: ['mount'] });
  tmpfs(parent, '/tmp/later');
  expect(isMounted(parent, '/tmp/later')).toBe(true);
  expect(isMounted(child, '/tmp/later')).toBe(false);
  // The directory is the same, only not covered.
  parent.fs.writeFile('/tmp/later/file', '');
  expect(child.fs.readdir('/tmp/later')).toEqual([]);
});
