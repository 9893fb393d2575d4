import { describe, expect, test } from '@jest/globals';
import { type NamespaceName, ns } from 'ns-jest';
import { OTHER } from '../support/ids';
import { refusal } from '../support/refusal';

const { CLONE, NAMESPACE_FLAGS } = ns.constants;
// In the order in which they can be entered one by one: the user namespace gives the right to the others.
const ALL: NamespaceName[] = ['user', 'mount', 'net', 'ipc', 'uts', 'cgroup', 'time', 'pid'];
const BUT_USER = ALL.filter((name) => name !== 'user');

describe('CALL-01 unshare', () => {
  test('of files, root directory and mounts succeeds', () => {
    const agent = ns.agent();
    agent.unshare(CLONE.CLONE_FILES);
    agent.unshare(CLONE.CLONE_FS);
    agent.unshare(CLONE.CLONE_NEWNS);
    agent.unshare(CLONE.CLONE_SYSVSEM);
    agent.unshare(0);
    expect(agent.namespaces.id('mount')).not.toBe(ns.namespaces.ids().mount);
  });

  test('of the root directory separates who shares it', () => {
    const agent = ns.agent();
    const sharing = agent.clone({ flags: CLONE.CLONE_FS });
    sharing.fs.chdir('/');
    expect(agent.fs.getcwd()).toBe('/');
    sharing.unshare(CLONE.CLONE_FS);
    sharing.fs.chdir('/tmp');
    expect([agent.fs.getcwd(), sharing.fs.getcwd()]).toEqual(['/', '/tmp']);
  });

  test('of an unknown flag is EINVAL', () => {
    expect(() => ns.agent().unshare(1)).toThrow(refusal('EINVAL', { syscall: 'unshare' }));
    expect(() => ns.agent().unshare(CLONE.CLONE_PIDFD)).toFailWithErrno('EINVAL');
  });

  test('of mounts copies them: a mount of one is not in the other', () => {
    const agent = ns.agent();
    agent.unshare(['mount']);
    agent.mounts.mount({ target: '/mnt', type: 'tmpfs', source: 'of-the-agent' });
    expect(agent.mounts.get('/mnt')?.source).toBe('of-the-agent');
    expect(ns.mounts.get('/mnt')?.source).not.toBe('of-the-agent');
  });

  test.each(BUT_USER)('of the %s namespace without CAP_SYS_ADMIN is EPERM', (name) => {
    const agent = ns.agent();
    agent.user.setCapabilities({ effective: [] });
    expect(() => agent.unshare([name])).toThrow(refusal('EPERM', { syscall: 'unshare' }));
    expect(agent.namespaces.ids()).toStrictEqual(ns.namespaces.ids());
  });
});

describe('CALL-04 setns by a bad descriptor is EBADF', () => {
  test.each([
    ...ALL.map((name) => [name, NAMESPACE_FLAGS[name]] as const),
    ['any kind', 0],
  ] as const)('for %s', (_name, flags) => {
    const agent = ns.agent();
    for (const fd of [-1, 999]) {
      expect(() => agent.setns(fd, flags)).toThrow(refusal('EBADF', { syscall: 'setns' }));
    }
  });
});

describe('CALL-06 setns without CAP_SYS_ADMIN is EPERM', () => {
  test.each(ALL)('into a %s namespace', (name) => {
    const other = ns.agent({ unshare: ['user', name] });
    const agent = ns.agent();
    const fd = other.passDescriptor(other.namespaces.open(name), agent);
    agent.user.setCapabilities({ effective: [], permitted: [] });
    // A user namespace that one's own user made is one's own to enter; then it is of another.
    if (name === 'user') {
      agent.setns(fd);
      expect(agent.user.capabilities().effective).toContain('CAP_SYS_ADMIN');
    } else expect(() => agent.setns(fd)).toThrow(refusal('EPERM', { syscall: 'setns' }));
  });

  ns.needs('ids.many').test('by another user, into every kind', () => {
    const other = ns.agent({ unshare: ALL });
    const agent = ns.agent();
    const fds = ALL.map((name) => other.passDescriptor(other.namespaces.open(name), agent));
    agent.user.setresuid(OTHER);
    for (const fd of fds) expect(() => agent.setns(fd)).toFailWithErrno('EPERM');
    expect(agent.namespaces.id('uts')).toBe(ns.namespaces.ids().uts);
  });
});

describe('setns is EINVAL', () => {
  test('CALL-07 by a memfd, with any type', () => {
    const agent = ns.agent();
    const fd = agent.syscall('memfd_create', 'memory', 0);
    for (const flags of [0, CLONE.CLONE_NEWUTS]) {
      expect(() => agent.setns(fd, flags)).toThrow(refusal('EINVAL', { syscall: 'setns' }));
    }
  });

  test('CALL-07 by a file, a directory and a pipe', () => {
    const agent = ns.agent();
    const ends = new Int32Array(2);
    agent.syscall('pipe2', ends, 0);
    for (const fd of [agent.fs.open('/proc/self/status'), agent.fs.open('/'), ...ends]) {
      expect(() => agent.setns(fd)).toFailWithErrno('EINVAL');
    }
  });

  test.each(ALL)('CALL-07 by a %s namespace if another type is asked for', (name) => {
    const agent = ns.agent();
    const fd = agent.namespaces.open(name);
    const other = name === 'uts' ? 'ipc' : 'uts';
    expect(() => agent.setns(fd, [other])).toFailWithErrno('EINVAL');
  });

  test('CALL-08 by a pidfd with flags of zero, -1 or no namespace', () => {
    const agent = ns.agent();
    const fd = agent.pidfd.open(agent.pid);
    for (const flags of [0, -1, CLONE.CLONE_VM, CLONE.CLONE_NEWUTS | CLONE.CLONE_FS]) {
      expect(() => agent.setns(fd, flags)).toThrow(refusal('EINVAL', { syscall: 'setns' }));
    }
    agent.setns(fd, ['uts']);
  });

  test('CALL-08 ESRCH by the pidfd of a process that has ended', () => {
    const agent = ns.agent();
    const child = agent.clone({ unshare: ['uts'] });
    const fd = agent.pidfd.open(child.pid);
    child.exit();
    expect(() => agent.setns(fd, ['uts'])).toFailWithErrno('ESRCH');
  });

  test('CALL-14 into one’s own user namespace, by its file and by a pidfd', () => {
    const agent = ns.agent();
    const pidfd = agent.pidfd.open(agent.pid);
    expect(() => agent.setns(agent.namespaces.open('user'))).toFailWithErrno('EINVAL');
    expect(() => agent.setns(pidfd, ['user'])).toFailWithErrno('EINVAL');
    expect(() => agent.setns(pidfd, ['user', 'uts'])).toFailWithErrno('EINVAL');
    expect(agent.namespaces.ids()).toStrictEqual(ns.namespaces.ids());
  });

  test('CALL-14 but all others of one’s own can be entered again', () => {
    const agent = ns.agent();
    for (const name of BUT_USER) agent.setns(agent.namespaces.open(name), [name]);
    expect(agent.namespaces.ids()).toStrictEqual(ns.namespaces.ids());
  });
});

describe('all eight namespaces of another process are entered', () => {
  test('CALL-10 one by one by its pidfd', () => {
    const other = ns.agent({ unshare: ALL });
    const agent = ns.agent();
    const fd = agent.pidfd.open(other.pid);
    for (const [index, name] of ALL.entries()) {
      agent.setns(fd, [name]);
      const seen = agent.fork();
      const entered = new Set(ALL.slice(0, index + 1));
      for (const each of ALL) {
        const of = entered.has(each) ? other : ns.agent();
        expect([each, seen.namespaces.id(each)]).toEqual([each, of.namespaces.id(each)]);
      }
      seen.end();
    }
  });

  test('CALL-11 one by one by their files', () => {
    const other = ns.agent({ unshare: ALL });
    const agent = ns.agent();
    const fds = ALL.map((name) => agent.namespaces.open(name, other.pid));
    for (const fd of fds) agent.setns(fd);
    expect(agent.fork().namespaces.ids()).toStrictEqual(other.namespaces.ids());
  });

  test('CALL-12 in one call by its pidfd; the PID namespace is for children only', () => {
    const other = ns.agent({ unshare: ALL });
    const agent = ns.agent();
    agent.setns(agent.pidfd.open(other.pid), ALL);
    expect(agent.namespaces.ids()).toStrictEqual({
      ...other.namespaces.ids(),
      pid: ns.namespaces.ids().pid,
    });
    expect(agent.ids().pid).toBe(agent.pid);
    const child = agent.fork();
    expect(child.namespaces.id('pid')).toBe(other.namespaces.id('pid'));
    expect(child.ids()).toMatchObject({ pid: 2, ppid: 0 });
  });

  test('CALL-12 in one call all or none: one that may not be entered keeps it out of all', () => {
    const other = ns.agent({ unshare: ['user', 'uts', 'net'] });
    const agent = ns.agent();
    const fd = agent.pidfd.open(other.pid);
    agent.user.setCapabilities({ effective: [], permitted: [] });
    expect(() => agent.setns(fd, ['uts', 'net'])).toFailWithErrno('EPERM');
    expect(agent.namespaces.ids()).toStrictEqual(ns.namespaces.ids());
  });
});
