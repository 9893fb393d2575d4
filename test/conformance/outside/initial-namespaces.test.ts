import { afterEach, describe, expect, test } from '@jest/globals';
import { type Agent, ns } from 'ns-jest';
import { errnoOf } from '../support/errno';
import { testUnless } from '../support/needs';

// The namespaces that the machine started with have inode numbers of their own. linux/nsfs.h
const INITIAL = { user: 0xeffffffd, pid: 0xeffffffc } as const;
// pid_namespaces(7) says 32; of user namespaces the kernel counts the initial one as 0.
const MAX_DEPTH = { pid: 32, user: 33 } as const;

const isInitial = (name: 'user' | 'pid') => ns.namespaces.ids()[name] === INITIAL[name];
const reasonOf = (name: 'user' | 'pid') =>
  isInitial(name) ? undefined : `this is not the initial ${name} namespace`;

const made: Agent[] = [];
const agent = (...args: Parameters<typeof ns.agent>) => {
  made.push(ns.agent(...args));
  return made.at(-1) as Agent;
};
afterEach(() => {
  for (const each of made.splice(0).reverse()) each.end();
});

describe('from the initial namespaces', () => {
  const descend = (name: 'user' | 'pid') => {
    const agents = [agent({ unshare: name === 'pid' ? ['user', 'pid'] : ['user'] })];
    const next = () => agents.push((agents.at(-1) as Agent).clone({ unshare: [name] }));
    const code = errnoOf(() => {
      while (agents.length <= MAX_DEPTH[name]) next();
    });
    return { depth: agents.length, code, innermost: agents.at(-1) as Agent };
  };

  testUnless(reasonOf('pid'))('PID-13 32 levels can be nested, one more is ENOSPC', () => {
    const { depth, code, innermost } = descend('pid');
    expect({ depth, code }).toEqual({ depth: MAX_DEPTH.pid, code: 'ENOSPC' });
    expect(innermost.nspid()).toHaveLength(1 + MAX_DEPTH.pid);
    expect(innermost.ids().pid).toBe(1);
  });

  testUnless(reasonOf('user'))('USER-07 user namespaces can be nested one deeper', () => {
    const { depth, code } = descend('user');
    expect({ depth, code }).toEqual({ depth: MAX_DEPTH.user, code: 'ENOSPC' });
  });

  testUnless(reasonOf('user'))(
    'USER-12 the initial one has no owner to be asked for: EPERM',
    () => {
      const one = agent();
      const own = one.namespaces.open('user');
      expect(errnoOf(() => one.ioctl.userNamespace(own))).toBe('EPERM');
      expect(errnoOf(() => one.ioctl.parent(own))).toBe('EPERM');
      expect(one.ioctl.ownerUid(own)).toBe(0);
    },
  );
});

describe('USER-26 an ordinary user', () => {
  const ALL = ['user', 'mount', 'pid', 'net', 'ipc', 'uts', 'cgroup', 'time'] as const;

  test.each(['clone', 'unshare'] as const)('or root makes all eight namespaces by %s', (via) => {
    const before = ns.namespaces.ids();
    const inner = agent({ unshare: [...ALL], via });
    const ids = inner.namespaces.ids();
    for (const name of ALL) expect(ids[name]).not.toBe(before[name]);
    expect(inner.ids()).toMatchObject({ pid: 1, ppid: 0, uid: { effective: 0 } });
    expect(ns.namespaces.ids()).toStrictEqual(before);
  });
});
