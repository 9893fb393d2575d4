import { describe, expect, test } from '@jest/globals';
import { type Agent, ns } from 'ns-jest';
import { OTHER } from '../support/ids';
import { refusal } from '../support/refusal';

const OVERFLOW = 65534;
const WAYS = ['clone', 'unshare'] as const;
const one = (inside: number, outside = 0) => [{ inside, outside, count: 1 }];

/** In a user namespace of no map yet, which it may only write as anybody could. */
function unmapped(maker: Agent = ns.agent()): Agent {
  return maker.clone({ unshare: ['user'], uidMap: null });
}

describe.each(WAYS)('USER-01 without a map, by %s', (via) => {
  test('ids read as the overflow ids, and the first process has every capability', () => {
    const agent = ns.agent({ unshare: ['user'], uidMap: null, via });
    const overflow = { real: OVERFLOW, effective: OVERFLOW, saved: OVERFLOW };
    expect(agent.ids()).toMatchObject({ uid: overflow, gid: overflow });
    expect(agent.user.capabilities()).toMatchObject({
      effective: agent.user.bounding(),
      permitted: agent.user.bounding(),
      inheritable: [],
    });
    expect(agent.user.bounding()).toContain('CAP_SYS_ADMIN');
    expect(ns.agent().ids()).toMatchObject({ uid: { effective: 0 } });
  });

  test('no id can be taken: EINVAL', () => {
    const agent = ns.agent({ unshare: ['user'], uidMap: null, via });
    expect(() => agent.user.setresuid(0)).toFailWithErrno('EINVAL');
    expect(() => agent.user.setresgid(0)).toFailWithErrno('EINVAL');
  });
});

describe.each(WAYS)('USER-02 the ids that the parent maps, by %s', (via) => {
  test.each([0, 1, 1000, 99_999, 2 ** 32 - 2])('are those the child reads: %d', (inside) => {
    const agent = ns.agent({
      unshare: ['user'],
      uidMap: one(inside),
      gidMap: one(inside),
      setgroups: 'deny',
      via,
    });
    const triple = { real: inside, effective: inside, saved: inside };
    expect(agent.ids()).toMatchObject({ uid: triple, gid: triple });
    expect(agent.run('sh', ['-c', 'id -u; id -g']).stdout).toBe(`${inside}\n${inside}\n`);
    // It is still the same user for those outside.
    expect(ns.agent().fs.stat(`/proc/${agent.pid}`)).toMatchObject({ uid: 0, gid: 0 });
  });
});

describe('USER-03 a line of a map', () => {
  const own = (agent: Agent) => agent.fs.readFile('/proc/self/uid_map').trim().split(/\s+/);

  test('shows inside id, outside id and length, the outside one in the parent’s terms', () => {
    const middle = ns.agent({
      unshare: ['user'],
      uidMap: one(5),
      gidMap: one(0),
      setgroups: 'deny',
    });
    const inner = middle.clone({
      unshare: ['user'],
      uidMap: one(7, 5),
      gidMap: one(0),
      setgroups: 'deny',
    });
    expect(own(middle)).toEqual(['5', '0', '1']);
    expect(own(inner)).toEqual(['7', '5', '1']);
    // Read by another, in his own terms.
    const outside = ns.agent().fs.readFile(`/proc/${inner.pid}/uid_map`);
    expect(outside.trim().split(/\s+/)).toEqual(['7', '0', '1']);
  });

  test('of an outside id that the reader has no number for shows the overflow -1', () => {
    const middle = ns.agent({ unshare: ['user'], uidMap: null });
    const outside = ns.agent({
      unshare: ['user'],
      uidMap: one(3),
      gidMap: one(3),
      setgroups: 'deny',
    });
    const map = middle.fs.readFile(`/proc/${outside.pid}/uid_map`);
    expect(map.trim().split(/\s+/)).toEqual(['3', '4294967295', '1']);
  });

  test('is empty before it is written', () => {
    const maker = ns.agent();
    const { setgroups } = maker.user.maps();
    expect(unmapped(maker).user.maps()).toStrictEqual({ uid: [], gid: [], setgroups });
  });
});

describe('USER-05 setgroups once denied', () => {
  test('cannot be allowed again, and the call is refused for good', () => {
    const agent = unmapped();
    agent.user.writeSetgroups('deny');
    expect(() => agent.user.writeSetgroups('allow')).toThrow(
      refusal('EPERM', { syscall: 'write' }),
    );
    expect(agent.user.maps().setgroups).toBe('deny');
    agent.user.writeUidMap(one(0));
    agent.user.writeGidMap(one(0));
    expect(() => agent.user.setgroups([0])).toFailWithErrno('EPERM');
  });

  test('is denied in nested namespaces, too', () => {
    const agent = unmapped();
    agent.user.writeSetgroups('deny');
    agent.user.writeUidMap(one(0));
    agent.user.writeGidMap(one(0));
    const inner = unmapped(agent);
    expect(inner.user.maps().setgroups).toBe('deny');
    expect(() => inner.user.writeSetgroups('allow')).toFailWithErrno('EPERM');
  });

  test('can be denied twice, but not after the group map is written', () => {
    const agent = unmapped();
    agent.user.writeSetgroups('deny');
    agent.user.writeSetgroups('deny');
    expect(() => agent.user.writeSetgroups('no' as never)).toFailWithErrno('EINVAL');
  });

  ns.needs('ids.many').test('it is too late when the group map is written', () => {
    const agent = ns.agent({ unshare: ['user'], uidMap: one(0), gidMap: one(0) });
    expect(() => agent.user.writeSetgroups('deny')).toFailWithErrno('EPERM');
    agent.user.setgroups([0]);
    expect(agent.user.groups()).toEqual([0]);
    expect(() => agent.user.setgroups([1])).toFailWithErrno('EINVAL');
  });
});

describe('USER-25 who has no capability outside', () => {
  test('maps one own id', () => {
    const agent = unmapped();
    agent.user.writeUidMap(one(12));
    agent.user.writeSetgroups('deny');
    agent.user.writeGidMap(one(13));
    expect(agent.ids()).toMatchObject({ uid: { effective: 12 }, gid: { effective: 13 } });
  });

  // Where setgroups is allowed: a map of many ids says so.
  ns.needs('ids.many').test('may not write the group map before setgroups is denied', () => {
    const agent = unmapped();
    expect(() => agent.user.writeGidMap(one(0))).toThrow(refusal('EPERM', { syscall: 'write' }));
    agent.user.writeSetgroups('deny');
    agent.user.writeGidMap(one(0));
  });

  test.each([
    ['an id that is not its own', '0 1 1\n'],
    ['two ids', '0 0 2\n'],
    ['two extents', '0 0 1\n1 1 1\n'],
  ])('may not map %s', (_what, text) => {
    const agent = unmapped();
    expect(() => agent.user.writeUidMap(text)).toThrow(refusal('EPERM', { syscall: 'write' }));
    expect(agent.user.maps().uid).toEqual([]);
  });

  test('may not map the parent’s root without CAP_SETFCAP there', () => {
    const maker = ns.agent();
    maker.user.setCapabilities({ effective: [], permitted: [] });
    const agent = unmapped(maker);
    expect(() => agent.user.writeUidMap(one(0))).toThrow(refusal('EPERM', { syscall: 'write' }));
    agent.user.writeSetgroups('deny');
    agent.user.writeGidMap(one(0));
    expect(agent.ids()).toMatchObject({ uid: { real: OVERFLOW }, gid: { real: 0 } });
  });

  test('may not write a map a second time', () => {
    const agent = unmapped();
    agent.user.writeUidMap(one(0));
    expect(() => agent.user.writeUidMap(one(0))).toThrow(refusal('EPERM', { syscall: 'write' }));
    expect(agent.user.maps().uid).toEqual(one(0));
  });
});

describe('USER-25 a map', () => {
  test.each([
    ['nothing', ''],
    ['two numbers', '0 0\n'],
    ['four numbers', '0 0 1 1\n'],
    ['words', 'root root 1\n'],
    ['no id', '0 0 0\n'],
    ['the id -1', '4294967295 0 1\n'],
    ['more than there are', '0 0 4294967295\n1 1 1\n'],
    ['an id twice', '0 0 1\n0 1 1\n'],
    ['what one id stands for twice', '0 0 1\n1 0 1\n'],
  ])('of %s is EINVAL', (what, text) => {
    const agent = unmapped();
    const write = () => agent.user.writeUidMap(text);
    if (what === 'nothing') {
      // write(2) of no bytes does nothing; a line of its own is needed.
      expect(() => agent.user.writeUidMap('\n')).toFailWithErrno('EINVAL');
      return;
    }
    expect(write).toThrow(refusal('EINVAL', { syscall: 'write' }));
    expect(agent.user.maps().uid).toEqual([]);
  });

  ns.needs('ids.many').test(
    'by who has the capabilities may be of several extents, up to 340',
    () => {
      const uidMap = [...one(0), ...one(50, OTHER)];
      const agent = ns.agent({ unshare: ['user'], uidMap, gidMap: uidMap });
      expect(agent.user.maps().uid).toEqual(uidMap);
      agent.user.setresgid(50);
      agent.user.setresuid(50);
      expect(agent.ids()).toMatchObject({ uid: { real: 50 }, gid: { real: 50 } });
      expect(ns.agent().fs.stat(`/proc/${agent.pid}`)).toMatchObject({ uid: OTHER, gid: OTHER });
    },
  );

  ns.needs('ids.many').test('decides whose a file is', () => {
    const outside = ns.agent();
    const uidMap = [...one(0), ...one(50, OTHER)];
    const agent = ns.agent({ unshare: ['user'], uidMap, gidMap: uidMap });
    agent.fs.writeFile('/tmp/whose', '');
    agent.fs.chown('/tmp/whose', 50, 50);
    expect(outside.fs.stat('/tmp/whose')).toMatchObject({ uid: OTHER, gid: OTHER });
    expect(() => agent.fs.chown('/tmp/whose', 51, 50)).toFailWithErrno('EINVAL');
    const other = ns.agent({ unshare: ['user'], uidMap: one(9), gidMap: one(9) });
    expect(other.fs.stat('/tmp/whose')).toMatchObject({ uid: OVERFLOW, gid: OVERFLOW });
    outside.fs.unlink('/tmp/whose');
  });
});
