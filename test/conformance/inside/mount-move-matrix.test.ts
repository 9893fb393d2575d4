import { describe, expect, test } from '@jest/globals';
import { errnoOf } from '../support/errno';
import {
  bindBeside,
  directory,
  isMounted,
  isShared,
  KINDS,
  type Kind,
  kindOf,
  mounter,
  mountOfKind,
  passesOn,
  propagationOf,
  tmpfs,
} from '../support/mount-agent';

// mount_namespaces(7), "Move (MS_MOVE) semantics".

const kinds = KINDS;

/** null: it is refused. */
function expectedKind(moved: Kind, parent: Kind): Kind | null {
  if (!isShared(parent)) return moved;
  if (moved === 'unbindable') return null;
  return moved === 'slave' || moved === 'shared slave' ? 'shared slave' : 'shared';
}

function prepare(moved: Kind, parent: Kind) {
  const agent = mounter();
  mountOfKind(agent, moved, '/tmp/moved');
  agent.fs.writeFile('/tmp/moved/file', 'content');
  mountOfKind(agent, parent, '/tmp/parent');
  directory(agent, '/tmp/parent/on');
  const move = () =>
    agent.mounts.mount({ source: '/tmp/moved', target: '/tmp/parent/on', flags: 'MS_MOVE' });
  return { agent, move };
}

const pairs = kinds.flatMap((parent) => kinds.map((moved) => ({ moved, parent })));
const allowed = pairs.filter(({ moved, parent }) => expectedKind(moved, parent) !== null);
const refused = pairs.filter(({ moved, parent }) => expectedKind(moved, parent) === null);

describe('MNT-17 a move', () => {
  test.each(refused)('of an $moved mount below a $parent one is EINVAL', ({ moved, parent }) => {
    const { agent, move } = prepare(moved, parent);
    expect(move).toFailWithErrno('EINVAL');
    expect(agent.fs.readFile('/tmp/moved/file')).toBe('content');
    expect(isMounted(agent, '/tmp/parent/on')).toBe(false);
  });

  test.each(allowed)('of a $moved mount below a $parent one has its kind', ({ moved, parent }) => {
    const { agent, move } = prepare(moved, parent);
    const before = propagationOf(agent, '/tmp/moved');
    move();
    expect(isMounted(agent, '/tmp/moved')).toBe(false);
    expect(agent.fs.readdir('/tmp/moved')).toEqual([]);
    expect(agent.fs.readFile('/tmp/parent/on/file')).toBe('content');
    const after = propagationOf(agent, '/tmp/parent/on');
    expect(kindOf(after)).toBe(expectedKind(moved, parent));
    expect(after.master).toBe(before.master);
    if (isShared(moved)) expect(after.shared).toBe(before.shared);
  });

  test.each(allowed)(
    'of a $moved mount below a $parent one appears on its peers',
    ({ moved, parent }) => {
      const { agent, move } = prepare(moved, parent);
      if (parent !== 'unbindable') bindBeside(agent, '/tmp/parent', '/tmp/beside');
      move();
      expect(isMounted(agent, '/tmp/beside/on')).toBe(isShared(parent));
      if (parent.includes('slave')) expect(isMounted(agent, '/tmp/parent-master/on')).toBe(false);
    },
  );

  test.each(['shared', 'slave', 'shared slave'] as const)(
    'of a %s mount keeps its peers and its master',
    (kind) => {
      const { agent, move } = prepare(kind, 'private');
      if (kind !== 'slave') bindBeside(agent, '/tmp/moved', '/tmp/peer');
      move();
      if (kind !== 'slave') {
        expect(passesOn(agent, '/tmp/peer', agent, '/tmp/parent/on')).toBe(true);
        expect(passesOn(agent, '/tmp/parent/on', agent, '/tmp/peer')).toBe(true);
      }
      if (kind !== 'shared') {
        expect(passesOn(agent, '/tmp/moved-master', agent, '/tmp/parent/on')).toBe(true);
        expect(passesOn(agent, '/tmp/parent/on', agent, '/tmp/moved-master')).toBe(false);
      }
    },
  );

  test.each(kinds)('of a %s mount from below a shared one is EINVAL', (kind) => {
    const agent = mounter();
    mountOfKind(agent, 'shared', '/tmp/parent');
    mountOfKind(agent, kind, '/tmp/parent/moved');
    directory(agent, '/tmp/to');
    const move = () =>
      agent.mounts.mount({ source: '/tmp/parent/moved', target: '/tmp/to', flags: 'MS_MOVE' });
    expect(move).toFailWithErrno('EINVAL');
    expect(isMounted(agent, '/tmp/parent/moved')).toBe(true);
    expect(isMounted(agent, '/tmp/to')).toBe(false);
  });

  test('of a mount into its own tree is ELOOP', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/moved');
    directory(agent, '/tmp/moved/in');
    const flags = 'MS_MOVE';
    expect(() =>
      agent.mounts.mount({ source: '/tmp/moved', target: '/tmp/moved/in', flags }),
    ).toFailWithErrno('ELOOP');
  });

  test('of a tree with something unbindable in it below a shared mount is EINVAL', () => {
    const { agent, move } = prepare('private', 'shared');
    mountOfKind(agent, 'unbindable', '/tmp/moved/below');
    expect(move).toFailWithErrno('EINVAL');
    agent.mounts.propagation('/tmp/moved/below', 'MS_PRIVATE');
    expect(move).not.toThrow();
    expect(isMounted(agent, '/tmp/parent/on/below')).toBe(true);
  });

  test('of what is no mount is EINVAL, of what is not there ENOENT', () => {
    const agent = mounter();
    directory(agent, '/tmp/plain', '/tmp/to');
    const move = (source: string) =>
      errnoOf(() => agent.mounts.mount({ source, target: '/tmp/to', flags: 'MS_MOVE' }));
    expect(move('/tmp/plain')).toBe('EINVAL');
    expect(move('/tmp/missing')).toBe('ENOENT');
  });
});
