import { describe, expect, test } from '@jest/globals';
import { type Agent, ns } from 'ns-jest';
import { directory, isMounted, mounter, tmpfs } from '../support/mount-agent';

// Which processes a procfs shows, and who may mount one.

function proc(agent: Agent, target: string, data: string | null = null): void {
  directory(agent, target);
  agent.mounts.mount({ source: 'proc', target, type: 'proc', data });
}

function pidsAt(agent: Agent, target: string): number[] {
  return agent.fs
    .readdir(target)
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

/** An agent that is pid 1 of a namespace of its own, with a child. */
function otherPidNamespace(agent: Agent): { init: Agent; child: Agent } {
  const init = agent.clone({ unshare: ['pid'] });
  return { init, child: init.clone() };
}

ns.needs('proc.pidns').describe('a procfs for another PID namespace', () => {
  test('PROC-01 is mounted by the option pidns=, and self does not resolve there', () => {
    const agent = mounter({ unshare: ['user'] });
    const { init, child } = otherPidNamespace(agent);
    const namespace = `/proc/${init.pid}/ns/pid`;
    proc(agent, '/tmp/proc', `pidns=${namespace}`);
    expect(pidsAt(agent, '/tmp/proc')).toEqual([1, child.pidInParent]);
    expect(() => agent.fs.readlink('/tmp/proc/self')).toFailWithErrno('ENOENT');
    expect(agent.fs.readFile(`/tmp/proc/${child.pidInParent}/status`)).toMatch(/^PPid:\s+1$/m);
  });

  test('PROC-01 is of one’s own namespace without the option', () => {
    const agent = mounter({ unshare: ['user', 'pid'] });
    proc(agent, '/tmp/proc');
    expect(pidsAt(agent, '/tmp/proc')).toEqual([1]);
    expect(agent.fs.readlink('/tmp/proc/self')).toBe('1');
  });

  test('PROC-02 is made by fsconfig with a descriptor of the namespace', () => {
    const agent = mounter({ unshare: ['user'] });
    const { init, child } = otherPidNamespace(agent);
    const fd = init.passDescriptor(init.namespaces.open('pid'), agent);
    const context = agent.mounts.fsopen('proc');
    agent.mounts.fsconfig(context, 'FSCONFIG_SET_FD', 'pidns', null, fd);
    agent.mounts.fsconfig(context, 'FSCONFIG_CMD_CREATE');
    const mount = agent.mounts.fsmount(context);
    directory(agent, '/tmp/proc');
    agent.mounts.moveMount(mount, '/tmp/proc');
    expect(pidsAt(agent, '/tmp/proc')).toEqual([1, child.pidInParent]);
    expect(() => agent.fs.readlink('/tmp/proc/self')).toFailWithErrno('ENOENT');
  });

  test('PROC-02 is refused with a namespace of another kind, and cannot be changed later', () => {
    const agent = mounter({ unshare: ['user', 'pid'] });
    const context = agent.mounts.fsopen('proc');
    const set = (fd: number) =>
      agent.mounts.fsconfig(context, 'FSCONFIG_SET_FD', 'pidns', null, fd);
    expect(() => set(agent.namespaces.open('uts'))).toFailWithErrno('EINVAL');
    expect(() => set(agent.fs.open('/tmp'))).toFailWithErrno('EINVAL');
    proc(agent, '/tmp/proc');
    const { init } = otherPidNamespace(agent);
    const remount = () =>
      agent.mounts.mount({
        target: '/tmp/proc',
        flags: 'MS_REMOUNT',
        data: `pidns=/tmp/proc/${init.pidInParent}/ns/pid`,
      });
    expect(remount).toFailWithErrno('EBUSY');
  });
});

test('PROC-04 subset=pid leaves only pids, self and thread-self', () => {
  const agent = mounter({ unshare: ['user', 'pid'] });
  const child = agent.clone();
  proc(agent, '/tmp/whole');
  proc(agent, '/tmp/pids', 'subset=pid');
  expect(agent.fs.readdir('/tmp/pids')).toEqual(
    ['1', String(child.pidInParent), 'self', 'thread-self'].sort(),
  );
  expect(agent.fs.readdir('/tmp/whole')).toEqual(
    expect.arrayContaining(['1', 'meminfo', 'uptime']),
  );
  expect(() => agent.fs.readFile('/tmp/pids/uptime')).toFailWithErrno('ENOENT');
  expect(agent.fs.readlink('/tmp/pids/self')).toBe('1');
});

test('PROC-04 an unknown subset is EINVAL', () => {
  const agent = mounter({ unshare: ['user', 'pid'] });
  expect(() => proc(agent, '/tmp/proc', 'subset=nothing')).toFailWithErrno('EINVAL');
});

describe('PROC-05 two procfs mounts of one namespace', () => {
  test('are instances of their own, each with its hidepid', () => {
    const agent = mounter({ unshare: ['user', 'pid'] });
    proc(agent, '/tmp/open', 'hidepid=off');
    proc(agent, '/tmp/hidden', 'hidepid=invisible');
    const at = (target: string) => agent.mounts.get(target);
    expect(at('/tmp/open')?.device).not.toBe(at('/tmp/hidden')?.device);
    expect(at('/tmp/open')?.superOptions.join()).not.toContain('hidepid');
    expect(at('/tmp/hidden')?.superOptions).toContain('hidepid=invisible');
    agent.mounts.mount({ target: '/tmp/hidden', flags: 'MS_REMOUNT', data: 'hidepid=noaccess' });
    expect(at('/tmp/hidden')?.superOptions).toContain('hidepid=noaccess');
    expect(at('/tmp/open')?.superOptions.join()).not.toContain('hidepid');
  });

  ns.needs('ids.many').test('hide what one may not trace from those without the right', () => {
    const agent = mounter({ unshare: ['user', 'pid'] });
    const other = agent.clone();
    // Root's group may see everybody, unless the option gid= says another.
    other.user.setgroups([]);
    other.user.setresgid(1);
    other.user.setresuid(1);
    // Who changed its ids is traced by nobody of this user namespace, until it says so. ptrace(2)
    other.prctl(ns.constants.PR.PR_SET_DUMPABLE, 1);
    proc(agent, '/tmp/open', 'hidepid=off');
    proc(agent, '/tmp/hidden', 'hidepid=invisible');
    expect(pidsAt(other, '/tmp/open')).toEqual([1, other.pidInParent]);
    expect(pidsAt(other, '/tmp/hidden')).not.toContain(1);
    expect(pidsAt(agent, '/tmp/hidden')).toEqual([1, other.pidInParent]);
  });
});

/** An agent whose root has one procfs and nothing else. */
function withOneProc(): Agent {
  const agent = mounter({ unshare: ['user', 'pid'] });
  tmpfs(agent, '/tmp/root');
  proc(agent, '/tmp/root/proc');
  directory(agent, '/tmp/root/old', '/tmp/root/fresh');
  agent.mounts.pivotRoot('/tmp/root', '/tmp/root/old');
  agent.fs.chdir('/');
  agent.mounts.umount('/old', 'MNT_DETACH');
  return agent;
}

describe('PROC-13 a fresh procfs from a user namespace', () => {
  const own = { unshare: ['user', 'mount', 'pid'] } as const;

  test('is EPERM when the visible one is partly covered', () => {
    const agent = withOneProc();
    const before = agent.clone(own);
    expect(() => proc(before, '/fresh')).not.toThrow();
    agent.mounts.mount({ source: 'cover', target: '/proc/sys', type: 'tmpfs' });
    const after = agent.clone(own);
    expect(() => proc(after, '/fresh')).toFailWithErrno('EPERM');
    expect(isMounted(after, '/fresh')).toBe(false);
    // Who covered it may have it whole.
    expect(() => proc(agent, '/fresh')).not.toThrow();
  });

  test('is EPERM without the flags that the visible one has', () => {
    const agent = withOneProc();
    agent.mounts.mount({ target: '/proc', flags: ['MS_REMOUNT', 'MS_BIND', 'MS_RDONLY'] });
    // No maps: they could not be written.
    const child = agent.clone({ ...own, uidMap: null, gidMap: null });
    expect(() => proc(child, '/fresh')).toFailWithErrno('EPERM');
    const flags = 'MS_RDONLY';
    const likewise = () =>
      child.mounts.mount({ source: 'proc', target: '/fresh', type: 'proc', flags });
    expect(likewise).not.toThrow();
  });
});

describe('PROC-14 a sandbox with a PID namespace of its own', () => {
  test('mounts its procfs, also one and two levels down', () => {
    let agent = mounter();
    for (let depth = 0; depth < 3; depth += 1) {
      agent = agent.clone({ unshare: ['user', 'mount', 'pid'] });
      proc(agent, '/proc');
      expect(agent.fs.readlink('/proc/self')).toBe('1');
      expect(pidsAt(agent, '/proc')).toEqual([1]);
      expect(agent.nspid()).toEqual([1]);
    }
  });
});

describe('PROC-15 is EPERM for who does not own the namespace:', () => {
  test('a procfs of a PID namespace', () => {
    const agent = mounter({ unshare: ['user', 'pid'] });
    const inner = agent.clone({ unshare: ['user', 'mount'] });
    directory(inner, '/tmp/proc');
    expect(() => proc(inner, '/tmp/proc')).toFailWithErrno('EPERM');
    const owner = agent.clone({ unshare: ['user', 'mount', 'pid'] });
    expect(() => proc(owner, '/tmp/proc')).not.toThrow();
  });

  test('a sysfs of a network namespace', () => {
    const agent = mounter({ unshare: ['user', 'net'] });
    directory(agent, '/tmp/sys');
    const flags = ['MS_RDONLY', 'MS_NOSUID', 'MS_NODEV', 'MS_NOEXEC'] as const;
    const sysfs = (who: Agent) =>
      who.mounts.mount({ source: 'sysfs', target: '/tmp/sys', type: 'sysfs', flags });
    expect(() => sysfs(agent.clone({ unshare: ['user', 'mount'] }))).toFailWithErrno('EPERM');
    expect(() => sysfs(agent.clone({ unshare: ['user', 'mount', 'net'] }))).not.toThrow();
  });
});

ns.needs('net.veth').describe('PROC-08 a sysfs mounted in a network namespace', () => {
  const flags = ['MS_RDONLY', 'MS_NOSUID', 'MS_NODEV', 'MS_NOEXEC'] as const;

  function sysfs(agent: Agent, target: string): () => string[] {
    directory(agent, target);
    agent.mounts.mount({ source: 'sysfs', target, type: 'sysfs', flags });
    return () => agent.fs.readdir(`${target}/class/net`);
  }

  test('shows only that namespace’s devices, and the outer one never shows them', () => {
    const outer = mounter({ unshare: ['net'] });
    const inner = outer.clone({ unshare: ['user', 'mount', 'net'] });
    const shownOutside = sysfs(outer, '/tmp/outer');
    const shownInside = sysfs(inner, '/tmp/inner');
    expect(shownInside()).toEqual(['lo']);
    inner.network.add({ kind: 'veth', name: 'inside', peer: { name: 'inside-end' } });
    outer.network.add({ kind: 'veth', name: 'outside', peer: { name: 'outside-end' } });
    expect(shownInside()).toEqual(['inside', 'inside-end', 'lo']);
    expect(shownOutside()).toEqual(['lo', 'outside', 'outside-end']);
    outer.network.move('outside', { agent: inner });
    expect(shownInside()).toEqual(['inside', 'inside-end', 'lo', 'outside']);
    expect(shownOutside()).toEqual(['lo', 'outside-end']);
  });

  test('shows the devices of who mounted it, whoever looks', () => {
    const outer = mounter({ unshare: ['net'] });
    const shown = sysfs(outer, '/tmp/sys');
    outer.network.add({ kind: 'veth', name: 'one', peer: { name: 'two' } });
    const visitor = outer.clone({ unshare: ['net'] });
    expect(visitor.fs.readdir('/tmp/sys/class/net')).toEqual(shown());
    expect(shown()).toContain('one');
  });
});
