import { describe, expect, test } from '@jest/globals';
import { type Agent, ns } from 'ns-jest';
import {
  bindBeside,
  directory,
  isMounted,
  kindOf,
  mounter,
  mountOfKind,
  passesOn,
  propagationOf,
} from '../support/mount-agent';

// What a copied mount namespace has of the kinds of mounts of the old one, and chains of slaves.

/** A change of both places at once: mounted in one of them, seen in the other, in both directions. */
function inStep(a: Agent, b: Agent, target: string): { forth: boolean; back: boolean } {
  return { forth: passesOn(a, target, b, target), back: passesOn(b, target, a, target) };
}

describe.each(['clone', 'unshare'] as const)('a namespace copied by %s', (via) => {
  test('MNT-08 keeps shared directories in step, in both directions', () => {
    const parent = mounter();
    mountOfKind(parent, 'shared', '/tmp/one');
    bindBeside(parent, '/tmp/one', '/tmp/two');
    const child = parent.clone({ unshare: ['mount'], via });
    expect(propagationOf(child, '/tmp/one')).toEqual(propagationOf(parent, '/tmp/one'));
    expect(inStep(parent, child, '/tmp/one')).toEqual({ forth: true, back: true });
    // Across the border and to the other place at once.
    expect(passesOn(parent, '/tmp/one', child, '/tmp/two')).toBe(true);
    expect(passesOn(child, '/tmp/two', parent, '/tmp/one')).toBe(true);
  });

  test('MNT-10 has a copy of an unbindable mount', () => {
    const parent = mounter();
    mountOfKind(parent, 'unbindable', '/tmp/point');
    parent.fs.writeFile('/tmp/point/file', 'content');
    const child = parent.clone({ unshare: ['mount'], via });
    expect(child.fs.readFile('/tmp/point/file')).toBe('content');
    // Whether the copy is unbindable as well differs: from Linux 6.17 it is private.
    expect(['unbindable', 'private']).toContain(kindOf(propagationOf(child, '/tmp/point')));
    directory(parent, '/tmp/to');
    expect(() => parent.mounts.bind('/tmp/point', '/tmp/to')).toFailWithErrno('EINVAL');
    expect(inStep(parent, child, '/tmp/point')).toEqual({ forth: false, back: false });
  });

  test('MNT-11 has a copy of a private mount, which is then independent', () => {
    const parent = mounter();
    mountOfKind(parent, 'private', '/tmp/point');
    const child = parent.clone({ unshare: ['mount'], via });
    expect(inStep(parent, child, '/tmp/point')).toEqual({ forth: false, back: false });
    child.mounts.umount('/tmp/point');
    expect(isMounted(parent, '/tmp/point')).toBe(true);
    // The file system is one and the same all the time.
    const other = parent.clone({ unshare: ['mount'], via });
    other.fs.writeFile('/tmp/point/file', 'same');
    expect(parent.fs.readFile('/tmp/point/file')).toBe('same');
  });

  test('MNT-13 passes on what happens in a shared mount that is bound inside itself', () => {
    const parent = mounter();
    mountOfKind(parent, 'shared', '/tmp/point');
    directory(parent, '/tmp/point/in', '/tmp/point/sub');
    parent.mounts.bind('/tmp/point', '/tmp/point/in');
    const child = parent.clone({ unshare: ['mount'], via });
    for (const target of ['/tmp/point', '/tmp/point/in']) {
      expect(inStep(parent, child, target)).toEqual({ forth: true, back: true });
    }
    expect(passesOn(parent, '/tmp/point', child, '/tmp/point/in')).toBe(true);
    expect(passesOn(child, '/tmp/point/in', parent, '/tmp/point')).toBe(true);
  });

  test('MNT-14 a slave below a slave keeps receiving', () => {
    const parent = mounter();
    mountOfKind(parent, 'slave', '/tmp/point');
    mountOfKind(parent, 'slave', '/tmp/point/below');
    const child = parent.clone({ unshare: ['mount'], via });
    const masters = ['/tmp/point-master', '/tmp/point/below-master'];
    for (const [index, target] of ['/tmp/point', '/tmp/point/below'].entries()) {
      expect(kindOf(propagationOf(child, target))).toBe('slave');
      expect(passesOn(parent, masters[index] as string, child, target)).toBe(true);
      expect(passesOn(parent, masters[index] as string, parent, target)).toBe(true);
      // Slaves of one master are no peers.
      expect(inStep(parent, child, target)).toEqual({ forth: false, back: false });
    }
  });
});

test('MNT-18 a slave that was made before its master got mounts receives them', () => {
  const agent = mounter();
  mountOfKind(agent, 'slave', '/tmp/point');
  directory(agent, '/tmp/point-master/a');
  mountOfKind(agent, 'private', '/tmp/point-master/a');
  expect(isMounted(agent, '/tmp/point/a')).toBe(true);
  mountOfKind(agent, 'private', '/tmp/point-master/a/b');
  expect(isMounted(agent, '/tmp/point/a/b')).toBe(false);
  mountOfKind(agent, 'private', '/tmp/point/own');
  expect(isMounted(agent, '/tmp/point-master/own')).toBe(false);
});

test('MNT-18 slaves of several levels pass on, downwards alone', () => {
  const agent = mounter();
  mountOfKind(agent, 'shared', '/tmp/0');
  for (const level of [1, 2, 3]) {
    bindBeside(agent, `/tmp/${level - 1}`, `/tmp/${level}`);
    agent.mounts.propagation(`/tmp/${level}`, 'MS_SLAVE');
    agent.mounts.propagation(`/tmp/${level}`, 'MS_SHARED');
  }
  const groups = [0, 1, 2, 3].map((level) => propagationOf(agent, `/tmp/${level}`));
  expect(groups.map(({ master }) => master)).toEqual([
    undefined,
    ...groups.slice(0, 3).map(({ shared }) => shared),
  ]);
  for (const from of [0, 1, 2, 3]) {
    for (const to of [0, 1, 2, 3]) {
      expect(passesOn(agent, `/tmp/${from}`, agent, `/tmp/${to}`)).toBe(from <= to);
    }
  }
});

test('MNT-18 a slave whose master is made private is private, one with further peers goes on', () => {
  const agent = mounter();
  mountOfKind(agent, 'slave', '/tmp/point');
  bindBeside(agent, '/tmp/point-master', '/tmp/peer');
  agent.mounts.propagation('/tmp/point-master', 'MS_PRIVATE');
  expect(kindOf(propagationOf(agent, '/tmp/point'))).toBe('slave');
  expect(passesOn(agent, '/tmp/peer', agent, '/tmp/point')).toBe(true);
  agent.mounts.propagation('/tmp/peer', 'MS_PRIVATE');
  expect(kindOf(propagationOf(agent, '/tmp/point'))).toBe('private');
  expect(passesOn(agent, '/tmp/peer', agent, '/tmp/point')).toBe(false);
});

test('MNT-18 making a lone shared mount a slave makes it private', () => {
  const agent = mounter();
  mountOfKind(agent, 'shared', '/tmp/point');
  agent.mounts.propagation('/tmp/point', 'MS_SLAVE');
  expect(kindOf(propagationOf(agent, '/tmp/point'))).toBe('private');
});

test('MNT-07 a new mount namespace has a working directory of its own', () => {
  const { CLONE_FS } = ns.constants.CLONE;
  const agent = mounter();
  directory(agent, '/tmp/here', '/tmp/there');
  const other = agent.clone({ flags: CLONE_FS });
  agent.fs.chdir('/tmp/here');
  expect(other.fs.getcwd()).toBe('/tmp/here');
  other.unshare(['mount']);
  expect(other.fs.getcwd()).toBe('/tmp/here');
  other.fs.chdir('/tmp/there');
  expect(agent.fs.getcwd()).toBe('/tmp/here');
});

test('MNT-07 CLONE_FS together with a new mount namespace is EINVAL', () => {
  const { CLONE_FS } = ns.constants.CLONE;
  const agent = mounter();
  expect(() => agent.clone({ flags: CLONE_FS, unshare: ['mount'] })).toFailWithErrno('EINVAL');
});
