import { describe, expect, test } from '@jest/globals';
import { ns } from 'ns-jest';
import { KINDS, keysSeen, removeAfterEach, SYSTEM_V } from '../support/system-v';

const KEY = 0x5eed;
removeAfterEach();

const PLAIN = {
  'shared memory segment': ['IPC-01', 'IPC-04'],
  'message queue': ['IPC-09', 'IPC-09'],
  'semaphore set': ['IPC-12', 'IPC-12'],
} as const;
const FRESH = {
  'shared memory segment': { clone: ['IPC-02', 'IPC-06'], unshare: ['IPC-03', 'IPC-06'] },
  'message queue': { clone: ['IPC-09', 'IPC-09'], unshare: ['IPC-10', 'IPC-10'] },
  'semaphore set': { clone: ['IPC-13', 'IPC-13'], unshare: ['IPC-13', 'IPC-13'] },
} as const;

describe.each(KINDS)('a %s', (kind) => {
  const { create, find, stat, remove } = SYSTEM_V[kind];
  const [ofParent, ofSibling] = PLAIN[kind];

  test(`${ofParent} is found by a plain child of its maker`, () => {
    const parent = ns.agent();
    const id = create(parent, KEY);
    const child = parent.fork();
    expect(find(child, KEY)).toBe(id);
    expect(stat(child, id)).toMatchObject({ key: KEY });
    expect(keysSeen(child, kind)).toEqual([KEY]);
  });

  test(`${ofSibling} is found by a sibling, whose removal takes it away for all`, () => {
    const [first, second] = [ns.agent(), ns.agent()];
    const id = create(first, KEY);
    expect(() => create(second, KEY)).toFailWithErrno('EEXIST');
    expect(find(second, KEY)).toBe(id);
    remove(second, id);
    expect(() => find(first, KEY)).toFailWithErrno('ENOENT');
    expect(() => stat(first, id)).toFailWithErrno('EINVAL');
  });

  describe.each(['clone', 'unshare'] as const)('of another namespace by %s', (via) => {
    const [ofChild, ofSiblings] = FRESH[kind][via];

    test(`${ofChild} is not there for the child, and stays for the parent`, () => {
      const parent = ns.agent();
      const id = create(parent, KEY);
      const child = parent.clone({ unshare: ['ipc'], via });
      expect(() => find(child, KEY)).toFailWithErrno('ENOENT');
      expect(() => stat(child, id)).toFailWithErrno('EINVAL');
      expect(keysSeen(child, kind)).toEqual([]);
      expect(find(parent, KEY)).toBe(id);
    });

    test(`${ofChild} of the child is not there for the parent`, () => {
      const parent = ns.agent();
      const child = parent.clone({ unshare: ['ipc'], via });
      const id = create(child, KEY);
      expect(find(child, KEY)).toBe(id);
      expect(() => find(parent, KEY)).toFailWithErrno('ENOENT');
      expect(keysSeen(parent, kind)).toEqual([]);
    });

    test(`${ofSiblings} of one child is not there for its sibling, who can have the same key`, () => {
      const [first, second] = [
        ns.agent({ unshare: ['ipc'], via }),
        ns.agent({ unshare: ['ipc'], via }),
      ];
      create(first, KEY);
      expect(() => find(second, KEY)).toFailWithErrno('ENOENT');
      const id = create(second, KEY);
      remove(second, id);
      expect(keysSeen(first, kind)).toEqual([KEY]);
      expect(keysSeen(second, kind)).toEqual([]);
    });

    test(`${ofChild} of a nested namespace is seen by neither of those around it`, () => {
      const middle = ns.agent({ unshare: ['ipc'], via });
      const inner = middle.clone({ unshare: ['ipc'], via });
      create(inner, KEY);
      expect([inner, middle, ns.agent()].map((agent) => keysSeen(agent, kind))).toEqual([
        [KEY],
        [],
        [],
      ]);
    });

    test(`${ofChild} is there for those who join its namespace`, () => {
      const owner = ns.agent({ unshare: ['ipc'], via });
      const id = create(owner, KEY);
      const guest = ns.agent({ join: { agent: owner, namespaces: ['ipc'] } });
      expect(find(guest, KEY)).toBe(id);
      expect(guest.namespaces.id('ipc')).not.toBe(ns.namespaces.ids().ipc);
    });
  });
});

describe('IPC-02 making an IPC namespace', () => {
  test('without CAP_SYS_ADMIN is EPERM, by clone and by unshare', () => {
    const agent = ns.agent();
    agent.user.setCapabilities({ effective: [], permitted: [] });
    expect(() => agent.clone({ unshare: ['ipc'] })).toFailWithErrno('EPERM');
    expect(() => agent.unshare(['ipc'])).toFailWithErrno('EPERM');
  });

  test('together with CLONE_SYSVSEM is EINVAL: the semaphores to undo would be of two', () => {
    const flags = ns.constants.CLONE.CLONE_SYSVSEM;
    expect(() => ns.agent({ unshare: ['ipc'], flags })).toFailWithErrno('EINVAL');
  });
});
