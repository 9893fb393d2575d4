import { describe, expect, test } from '@jest/globals';
import { ns } from 'ns-jest';
import { mountProc } from '../support/proc';
import { refusal } from '../support/refusal';

const WAYS = ['clone', 'unshare'] as const;

describe.each(WAYS)('the first process of a PID namespace by %s', (via) => {
  test('PID-01 has pid 1 and parent pid 0, and another pid outside', () => {
    const init = ns.agent({ unshare: ['pid'], via });
    expect(init.ids()).toMatchObject({ pid: 1, ppid: 0 });
    expect(init.pid).toBeGreaterThan(1);
    expect(ns.processes.get(init.pid)?.name).toBe('ns-agent');
    expect(init.nspid()).toEqual([init.pid, 1]);
  });

  test('PID-01 has children with pids from 2 on, whose parent is 1', () => {
    const init = ns.agent({ unshare: ['pid'], via });
    const children = [init.fork(), init.fork()];
    expect(children.map((child) => child.ids())).toMatchObject([
      { pid: 2, ppid: 1 },
      { pid: 3, ppid: 1 },
    ]);
  });

  test('PID-02 has session and group 0 until setsid makes both 1', () => {
    const init = ns.agent({ unshare: ['pid'], via });
    expect(init.ids()).toMatchObject({ sid: 0, pgid: 0 });
    expect(init.setsid()).toBe(1);
    expect(init.ids()).toMatchObject({ sid: 1, pgid: 1 });
    expect(init.fork().ids()).toMatchObject({ sid: 1, pgid: 1 });
    expect(() => init.setsid()).toFailWithErrno('EPERM');
  });

  test('PID-03 is itself in a procfs that is mounted inside', () => {
    const init = ns.agent({ unshare: ['pid', 'mount'], via });
    expect(init.fs.readlink('/proc/self')).toBe(String(init.pid));
    mountProc(init);
    expect(init.fs.readlink('/proc/self')).toBe('1');
    expect(init.fork().fs.readlink('/proc/self')).toBe('2');
    expect(ns.agent().fs.readlink('/proc/self')).not.toBe('1');
  });

  test('PID-40 has a procfs that lists its own processes only', () => {
    const init = ns.agent({ unshare: ['pid', 'mount'], via });
    const listed = () => init.fs.readdir('/proc').filter((name) => /^\d+$/.test(name));
    expect(listed()).toContain(String(init.pid));
    mountProc(init);
    expect(listed()).toEqual(['1']);
    const child = init.fork();
    expect(listed()).toEqual(['1', '2']);
    child.exit();
    expect(listed()).toEqual(['1']);
    // Those outside see the same ones by other numbers.
    expect(ns.processes.list().map(({ pid }) => pid)).toContain(init.pid);
  });

  test('PID-06 does not reach the parent by the number that it has outside', () => {
    const init = ns.agent({ unshare: ['pid'], via });
    for (const pid of [process.pid, init.pid]) {
      expect(() => init.kill(pid, 0)).toThrow(refusal('ESRCH', { syscall: 'kill' }));
    }
    expect(() => init.kill(-1, 'SIGKILL')).toFailWithErrno('ESRCH');
    init.kill(1, 0);
  });

  test('PID-42 adopts orphans, and reaps them', () => {
    const init = ns.agent({ unshare: ['pid'], via });
    const middle = init.fork();
    const orphan = middle.clone({ dieWithParent: false });
    expect(orphan.ids()).toMatchObject({ pid: 3, ppid: 2 });
    middle.exit();
    expect(orphan.ids().ppid).toBe(1);
    expect(ns.processes.get(orphan.pid)?.ppid).toBe(init.pid);
    init.kill(3, 'SIGTERM');
    expect(init.wait(3)).toMatchObject({ signal: 'SIGTERM' });
  });
});

test('PID-42 an orphan goes to the subreaper above it, if there is one', () => {
  const init = ns.agent({ unshare: ['pid'] });
  const reaper = init.fork();
  reaper.prctl(ns.constants.PR.PR_SET_CHILD_SUBREAPER, 1);
  const middle = reaper.fork();
  const orphan = middle.clone({ dieWithParent: false });
  middle.exit();
  expect(orphan.ids().ppid).toBe(reaper.ids().pid);
});

describe('PID-14 unshare of the PID namespace', () => {
  test('leaves the caller where it is, and makes the next child pid 1', () => {
    const agent = ns.agent();
    const before = agent.namespaces.id('pid');
    agent.unshare(['pid']);
    expect(agent.ids().pid).toBe(agent.pid);
    expect(agent.namespaces.id('pid')).toBe(before);
    const init = agent.fork();
    expect(init.ids()).toMatchObject({ pid: 1, ppid: 0 });
    expect(agent.namespaces.id('pid_for_children')).toBe(init.namespaces.id('pid'));
    expect(agent.fork().ids()).toMatchObject({ pid: 2, ppid: 0 });
    expect(ns.processes.get(init.pid)?.ppid).toBe(agent.pid);
  });

  test('a second time is EINVAL: the caller is not in what it would be nested in', () => {
    const agent = ns.agent();
    agent.unshare(['pid']);
    expect(() => agent.unshare(['pid'])).toFailWithErrno('EINVAL');
    expect(() => agent.clone({ unshare: ['pid'] })).toFailWithErrno('EINVAL');
  });

  test('PID-18 leaves nothing to open before the first child: ENOENT', () => {
    const agent = ns.agent();
    agent.unshare(['pid']);
    expect(() => agent.namespaces.open('pid_for_children')).toFailWithErrno('ENOENT');
    agent.fork();
    agent.namespaces.open('pid_for_children');
  });

  test('without CAP_SYS_ADMIN is EPERM, and so is clone', () => {
    const agent = ns.agent();
    agent.user.setCapabilities({ effective: [], permitted: [] });
    expect(() => agent.unshare(['pid'])).toFailWithErrno('EPERM');
    expect(() => agent.clone({ unshare: ['pid'] })).toFailWithErrno('EPERM');
  });
});

describe('PID-41 after the init of a namespace has ended', () => {
  test('a further fork into it is ENOMEM', () => {
    const agent = ns.agent();
    agent.unshare(['pid']);
    const init = agent.fork();
    agent.fork();
    init.exit();
    expect(() => agent.fork()).toFailWithErrno('ENOMEM');
  });

  test('entering it is allowed, but nobody can be born there', () => {
    const init = ns.agent({ unshare: ['pid'] });
    const agent = ns.agent();
    const pid = init.passDescriptor(init.namespaces.open('pid'), agent);
    init.end();
    agent.setns(pid, ['pid']);
    expect(() => agent.fork()).toFailWithErrno('ENOMEM');
  });
});

describe('PID-46 a request to restart', () => {
  const RESTART = 0x01234567;
  const HALT = 0xcdef0123;
  const POWER_OFF = 0x4321fedc;

  test.each([
    ['restart', RESTART, 'SIGHUP'],
    ['halt', HALT, 'SIGINT'],
    ['power off', POWER_OFF, 'SIGINT'],
  ])('or %s by init kills it, and no more', (_name, command, signal) => {
    const maker = ns.agent();
    const init = maker.clone({ unshare: ['pid'] });
    expect(() => init.reboot(command)).toThrow(refusal('AGENT_ENDED'));
    expect(init.status).toMatchObject({ signal });
    expect(maker.ids().pid).toBe(maker.pid);
  });

  test('by another process kills the init, and it with it', () => {
    const maker = ns.agent();
    const init = maker.clone({ unshare: ['pid'] });
    const child = init.fork();
    expect(() => child.reboot(RESTART)).toThrow(refusal('AGENT_ENDED'));
    expect(maker.wait(init)).toMatchObject({ signal: 'SIGHUP' });
  });

  test('by who has no CAP_SYS_BOOT is EPERM', () => {
    const init = ns.agent({ unshare: ['pid'] });
    init.user.setCapabilities({ effective: [] });
    expect(() => init.reboot(RESTART)).toFailWithErrno('EPERM');
    expect(init.ids().pid).toBe(1);
  });
});
