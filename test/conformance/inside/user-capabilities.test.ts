import { describe, expect, test } from '@jest/globals';
import { type Agent, ns } from 'ns-jest';
import { OTHER } from '../support/ids';
import { refusal } from '../support/refusal';

/** What a program has that the agent executes: the lines of its /proc/self/status. */
function setsOfProgram(agent: Agent) {
  const { stdout } = agent.run('cat', ['/proc/self/status']);
  const set = (name: string) =>
    BigInt(`0x${new RegExp(`^${name}:\\s*(\\w+)$`, 'm').exec(stdout)?.[1]}`);
  return { effective: set('CapEff'), permitted: set('CapPrm'), bounding: set('CapBnd') };
}

const bit = (name: (typeof ns.constants.CAPABILITIES)[number]) =>
  1n << BigInt(ns.constants.CAPABILITIES.indexOf(name));

const inside = (id: number) =>
  ns.agent({
    unshare: ['user'],
    uidMap: [{ inside: id, outside: 0, count: 1 }],
    gidMap: [{ inside: id, outside: 0, count: 1 }],
    setgroups: 'deny',
  });

describe('USER-08 exec', () => {
  test('with inner uid 0 fills the capability sets', () => {
    const { effective, permitted, bounding } = setsOfProgram(inside(0));
    expect(effective).toBe(bounding);
    expect(permitted).toBe(bounding);
    expect(bounding & bit('CAP_SYS_ADMIN')).not.toBe(0n);
  });

  test.each([1, 1000, 65534])('with inner uid %d clears them', (id) => {
    const agent = inside(id);
    expect(agent.user.capabilities().effective).toContain('CAP_SYS_ADMIN');
    expect(setsOfProgram(agent)).toMatchObject({ effective: 0n, permitted: 0n });
  });

  test('without a map clears them, too', () => {
    const agent = ns.agent({ unshare: ['user'], uidMap: null });
    expect(setsOfProgram(agent)).toMatchObject({ effective: 0n, permitted: 0n });
  });

  test('with inner uid 0 fills them only as far as the bounding set goes', () => {
    const agent = inside(0);
    agent.user.dropBounding('CAP_SYS_ADMIN', 'CAP_NET_ADMIN');
    const { effective, bounding } = setsOfProgram(agent);
    expect(effective).toBe(bounding);
    expect(effective & (bit('CAP_SYS_ADMIN') | bit('CAP_NET_ADMIN'))).toBe(0n);
    expect(effective & bit('CAP_KILL')).not.toBe(0n);
  });
});

describe('USER-20 root', () => {
  test('keeps what is asked and drops the rest', () => {
    const agent = inside(0);
    agent.user.setCapabilities({ effective: ['CAP_KILL'], permitted: ['CAP_KILL', 'CAP_CHOWN'] });
    expect(agent.user.capabilities()).toEqual({
      effective: ['CAP_KILL'],
      permitted: ['CAP_CHOWN', 'CAP_KILL'],
      inheritable: [],
    });
    expect(() => agent.unshare(['uts'])).toFailWithErrno('EPERM');
  });

  test('cannot take back what is not permitted any more', () => {
    const agent = inside(0);
    agent.user.setCapabilities({ effective: [], permitted: ['CAP_KILL'] });
    expect(() => agent.user.setCapabilities({ permitted: ['CAP_KILL', 'CAP_CHOWN'] })).toThrow(
      refusal('EPERM', { syscall: 'capset' }),
    );
    agent.user.setCapabilities({ effective: ['CAP_KILL'] });
    expect(agent.user.capabilities().effective).toEqual(['CAP_KILL']);
  });

  test('cannot drop from the bounding set without CAP_SETPCAP', () => {
    const agent = inside(0);
    agent.user.setCapabilities({ effective: [] });
    expect(() => agent.user.dropBounding('CAP_KILL')).toFailWithErrno('EPERM');
    expect(agent.user.bounding()).toContain('CAP_KILL');
  });

  test('has none over what the parent owns', () => {
    const agent = inside(0);
    expect(agent.user.capabilities().effective).toEqual(agent.user.bounding());
    expect(() => agent.uts.setHostname('no')).toFailWithErrno('EPERM');
    expect(() => agent.mounts.mount({ target: '/tmp', type: 'tmpfs' })).toFailWithErrno('EPERM');
    expect(() => agent.clone({ unshare: ['uts'] }).end()).not.toThrow();
  });
});

describe('USER-20 who is not root', () => {
  test('ends with no capability after exec, but with those that are ambient', () => {
    const agent = inside(1000);
    expect(setsOfProgram(agent).effective).toBe(0n);
    agent.user.setCapabilities({ inheritable: ['CAP_KILL'] });
    agent.user.raiseAmbient('CAP_KILL');
    expect(agent.user.ambient()).toEqual(['CAP_KILL']);
    expect(setsOfProgram(agent)).toMatchObject({
      effective: bit('CAP_KILL'),
      permitted: bit('CAP_KILL'),
    });
  });

  test('cannot make ambient what is not inheritable', () => {
    expect(() => inside(1000).user.raiseAmbient('CAP_KILL')).toFailWithErrno('EPERM');
  });

  ns.needs('ids.many').test('has none when he was root before', () => {
    const agent = ns.agent();
    agent.user.setresuid(OTHER);
    expect(agent.user.capabilities()).toMatchObject({ effective: [], permitted: [] });
  });

  ns.needs('ids.many').test('keeps the permitted ones by PR_SET_KEEPCAPS', () => {
    const agent = ns.agent();
    const { permitted } = agent.user.capabilities();
    agent.prctl(ns.constants.PR.PR_SET_KEEPCAPS, 1);
    agent.user.setresuid(OTHER);
    expect(agent.user.capabilities()).toMatchObject({ effective: [], permitted });
  });
});

describe('USER-20 with no_new_privs', () => {
  test('the bit is kept by children and programs, and cannot be taken back', () => {
    const agent = ns.agent({ noNewPrivileges: true });
    const { PR_GET_NO_NEW_PRIVS, PR_SET_NO_NEW_PRIVS } = ns.constants.PR;
    expect(agent.fork().prctl(PR_GET_NO_NEW_PRIVS)).toBe(1);
    expect(agent.run('cat', ['/proc/self/status']).stdout).toMatch(/^NoNewPrivs:\s*1$/m);
    expect(() => agent.prctl(PR_SET_NO_NEW_PRIVS, 0)).toFailWithErrno('EINVAL');
    expect(ns.agent().prctl(PR_GET_NO_NEW_PRIVS)).toBe(0);
  });
});
