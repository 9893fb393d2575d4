import { describe, expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

const failure = (code: string) => expect.objectContaining({ code });

describe('capabilities', () => {
  test('are given up and missed', () => {
    const agent = ns.agent({ unshare: ['user', 'uts'] });
    expect(agent.user.capabilities().effective).toContain('CAP_SYS_ADMIN');
    agent.user.setCapabilities({ effective: [] });
    expect(agent.user.capabilities()).toMatchObject({ effective: [] });
    expect(() => agent.uts.setHostname('no')).toThrow(failure('EPERM'));
    agent.user.setCapabilities({ effective: ['CAP_SYS_ADMIN'] });
    agent.uts.setHostname('yes');
  });

  test('leave the bounding set, and with it a program', () => {
    const agent = ns.agent({ unshare: ['user'] });
    agent.user.dropBounding('CAP_SYS_ADMIN');
    expect(agent.user.bounding()).not.toContain('CAP_SYS_ADMIN');
    expect(agent.user.bounding()).toContain('CAP_CHOWN');
    const { stdout } = agent.run('sh', ['-c', 'grep CapEff /proc/self/status']);
    expect(BigInt(`0x${stdout.split(/\s+/)[1]}`) & (1n << 21n)).toBe(0n);
    expect(() => agent.user.dropBounding('CAP_NOPE' as never)).toThrow(/Unknown capability/);
  });

  test('are raised in the ambient set', () => {
    const agent = ns.agent({ unshare: ['user'] });
    agent.user.setCapabilities({ inheritable: ['CAP_NET_RAW'] });
    agent.user.raiseAmbient('CAP_NET_RAW');
    expect(agent.user.ambient()).toStrictEqual(['CAP_NET_RAW']);
  });
});

describe('maps', () => {
  test('are written once', () => {
    const agent = ns.agent({ unshare: ['user'] });
    const map = [{ inside: 0, outside: 0, count: 1 }];
    expect(() => agent.user.writeUidMap(map)).toThrow(
      expect.objectContaining({ code: 'EPERM', syscall: 'write', path: '/proc/self/uid_map' }),
    );
  });

  test('setgroups once denied is not allowed again', () => {
    const agent = ns.agent({ unshare: ['user'], uidMap: null });
    agent.user.writeSetgroups('deny');
    expect(() => agent.user.writeSetgroups('allow')).toThrow(failure('EPERM'));
    expect(agent.user.maps().setgroups).toBe('deny');
  });

  test('an id that is not mapped cannot be taken', () => {
    const agent = ns.agent({
      unshare: ['user'],
      uidMap: [{ inside: 0, outside: 0, count: 1 }],
      gidMap: [{ inside: 0, outside: 0, count: 1 }],
    });
    expect(() => agent.user.setresuid(1)).toThrow(failure('EINVAL'));
    expect(agent.user.uids()).toEqual({ real: 0, effective: 0, saved: 0 });
    expect(agent.user.gids().effective).toBe(0);
  });
});

test('no new privileges', () => {
  const agent = ns.agent({ noNewPrivileges: true });
  expect(agent.fs.readFile('/proc/self/status')).toMatch(/^NoNewPrivs:\s*1$/m);
});

test('groups', () => {
  expect(ns.agent().user.groups()).toEqual(
    process.getgroups?.().filter((gid) => gid !== process.getgid?.()),
  );
});

test('a group of control groups is parsed', () => {
  const own = ns.agent().cgroup.own();
  expect(own.every(({ path }) => path.startsWith('/'))).toBe(true);
});
