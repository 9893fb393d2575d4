import { describe, expect, test } from '@jest/globals';
import type { Agent, MountPropagation } from 'ns-jest';
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

// mount_namespaces(7), "Bind (MS_BIND) semantics": what a bind of a mount of one kind on a mount of
// another becomes.

const sources = KINDS;
const parents = KINDS;

/** null: it is refused. */
function expectedKind(source: Kind, parent: Kind): Kind | null {
  if (source === 'unbindable') return null;
  if (!isShared(parent)) return source;
  return source === 'slave' || source === 'shared slave' ? 'shared slave' : 'shared';
}

function prepare(source: Kind, parent: Kind): { agent: Agent; from: MountPropagation } {
  const agent = mounter();
  mountOfKind(agent, source, '/tmp/source');
  mountOfKind(agent, parent, '/tmp/parent');
  directory(agent, '/tmp/parent/on');
  return { agent, from: propagationOf(agent, '/tmp/source') };
}

const pairs = parents.flatMap((parent) => sources.map((source) => ({ source, parent })));
const allowed = pairs.filter(({ source, parent }) => expectedKind(source, parent) !== null);
const refused = pairs.filter(({ source, parent }) => expectedKind(source, parent) === null);

describe('MNT-15 a bind', () => {
  test.each(refused)('of an $source mount on a $parent one is EINVAL', ({ source, parent }) => {
    const { agent } = prepare(source, parent);
    expect(() => agent.mounts.bind('/tmp/source', '/tmp/parent/on')).toFailWithErrno('EINVAL');
    expect(isMounted(agent, '/tmp/parent/on')).toBe(false);
  });

  test.each(allowed)('of a $source mount on a $parent one has its kind', ({ source, parent }) => {
    const { agent, from } = prepare(source, parent);
    agent.mounts.bind('/tmp/source', '/tmp/parent/on');
    const bound = propagationOf(agent, '/tmp/parent/on');
    expect(kindOf(bound)).toBe(expectedKind(source, parent));
    // Of the source's peers if it has any, of a group of their own otherwise; the same master.
    if (isShared(source)) expect(bound.shared).toBe(from.shared);
    expect(bound.master).toBe(from.master);
    // The source is as it was.
    expect(propagationOf(agent, '/tmp/source')).toEqual(from);
  });

  test.each(allowed)(
    'of a $source mount on a $parent one passes on as its kind says',
    ({ source, parent }) => {
      const { agent } = prepare(source, parent);
      agent.mounts.bind('/tmp/source', '/tmp/parent/on');
      const [here, there] = ['/tmp/source', '/tmp/parent/on'];
      const peers = isShared(source);
      expect(passesOn(agent, here, agent, there)).toBe(peers);
      expect(passesOn(agent, there, agent, here)).toBe(peers);
      if (source === 'slave' || source === 'shared slave') {
        expect(passesOn(agent, '/tmp/source-master', agent, there)).toBe(true);
        expect(passesOn(agent, there, agent, '/tmp/source-master')).toBe(false);
      }
    },
  );

  test.each(allowed)(
    'of a $source mount on a $parent one appears on the peers of that',
    ({ source, parent }) => {
      const { agent } = prepare(source, parent);
      if (parent !== 'unbindable') bindBeside(agent, '/tmp/parent', '/tmp/beside');
      agent.mounts.bind('/tmp/source', '/tmp/parent/on');
      expect(isMounted(agent, '/tmp/beside/on')).toBe(isShared(parent));
      // Never upwards.
      if (parent.includes('slave')) expect(isMounted(agent, '/tmp/parent-master/on')).toBe(false);
    },
  );
});

describe('MNT-15 a bind of a tree', () => {
  test('takes the submounts with it only if it is recursive', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/source');
    tmpfs(agent, '/tmp/source/below');
    bindBeside(agent, '/tmp/source', '/tmp/plain');
    directory(agent, '/tmp/whole');
    agent.mounts.bind('/tmp/source', '/tmp/whole', { recursive: true });
    expect(isMounted(agent, '/tmp/plain/below')).toBe(false);
    expect(isMounted(agent, '/tmp/whole/below')).toBe(true);
  });

  test('leaves out what is unbindable, with all below it', () => {
    const agent = mounter();
    tmpfs(agent, '/tmp/source');
    mountOfKind(agent, 'unbindable', '/tmp/source/not');
    tmpfs(agent, '/tmp/source/not/below');
    tmpfs(agent, '/tmp/source/yes');
    directory(agent, '/tmp/whole');
    agent.mounts.bind('/tmp/source', '/tmp/whole', { recursive: true });
    expect(isMounted(agent, '/tmp/whole/yes')).toBe(true);
    expect(isMounted(agent, '/tmp/whole/not')).toBe(false);
    expect(isMounted(agent, '/tmp/source/not/below')).toBe(true);
  });

  test('into itself is there once', () => {
    const agent = mounter();
    mountOfKind(agent, 'shared', '/tmp/point');
    directory(agent, '/tmp/point/in');
    agent.mounts.bind('/tmp/point', '/tmp/point/in', { recursive: true });
    expect(isMounted(agent, '/tmp/point/in')).toBe(true);
    expect(isMounted(agent, '/tmp/point/in/in')).toBe(false);
  });
});
