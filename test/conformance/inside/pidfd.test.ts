import fs from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import { ns } from 'ns-jest';
import { OTHER } from '../support/ids';
import { refusal } from '../support/refusal';

describe('PID-23 a pidfd', () => {
  test('is readable when its process has ended, not before', () => {
    const maker = ns.agent();
    const child = maker.fork();
    const pidfd = maker.pidfd.open(child.pid);
    expect(maker.pidfd.hasEnded(pidfd)).toBe(false);
    maker.kill(child, 'SIGKILL');
    // Before it has been waited for, too.
    expect(maker.pidfd.hasEnded(pidfd, 1000)).toBe(true);
    expect(maker.wait(child)).toMatchObject({ signal: 'SIGKILL' });
    expect(maker.pidfd.hasEnded(pidfd)).toBe(true);
  });

  test('tells the end of a process in a nested PID namespace, and of no child', () => {
    const init = ns.agent({ unshare: ['pid'] });
    const inner = init.fork();
    const watcher = ns.agent();
    const pidfd = watcher.pidfd.open(inner.pid);
    expect(watcher.pidfd.hasEnded(pidfd)).toBe(false);
    init.kill(2, 'SIGKILL');
    expect(watcher.pidfd.hasEnded(pidfd, 1000)).toBe(true);
  });
});

test('PID-24 pidfd_open refuses an absent pid (ESRCH), and an invalid pid or flag (EINVAL)', () => {
  const maker = ns.agent();
  const child = maker.fork();
  maker.pidfd.open(child.pid);
  child.exit();
  expect(() => maker.pidfd.open(child.pid)).toThrow(refusal('ESRCH', { syscall: 'pidfd_open' }));
  for (const pid of [0, -1]) expect(() => maker.pidfd.open(pid)).toFailWithErrno('EINVAL');
  expect(() => maker.pidfd.open(maker.pid, -1)).toFailWithErrno('EINVAL');
  expect(() => maker.pidfd.open(maker.pid, 1)).toFailWithErrno('EINVAL');
});

test('PID-24 pidfd_open knows the pids of the own namespace only', () => {
  const init = ns.agent({ unshare: ['pid'] });
  expect(() => init.pidfd.open(init.pid)).toFailWithErrno('ESRCH');
  init.pidfd.open(1);
});

describe('PID-26 pidfd_send_signal', () => {
  const SIGINFO_SIZE = 128;
  const SI_QUEUE = -1;
  const siginfo = (signal: number, code = SI_QUEUE) => {
    const info = Buffer.alloc(SIGINFO_SIZE);
    info.writeInt32LE(signal, 0);
    info.writeInt32LE(code, 8);
    return info;
  };
  const { SIGUSR1, SIGUSR2 } = ns.constants.SIG;
  const pair = () => {
    const maker = ns.agent();
    const child = maker.fork();
    child.signals.record('SIGUSR1');
    return { maker, child, pidfd: maker.pidfd.open(child.pid) };
  };

  test('delivers, and with a siginfo of its own that of the sender', () => {
    const { maker, child, pidfd } = pair();
    maker.pidfd.sendSignal(pidfd, 'SIGUSR1');
    maker.pidfd.sendSignal(pidfd, 0);
    expect(child.signals.recorded()).toMatchObject([{ codeName: 'SI_USER', pid: maker.pid }]);
    maker.pidfd.sendSignal(pidfd, 'SIGUSR1', { info: siginfo(SIGUSR1) });
    expect(child.signals.recorded()).toMatchObject([{ codeName: 'SI_QUEUE', pid: 0 }]);
  });

  test('refuses a bad flag, a siginfo for another signal, and what is no pidfd', () => {
    const { maker, child, pidfd } = pair();
    const send = (options: { info?: Buffer; flags?: number }) => () =>
      maker.pidfd.sendSignal(pidfd, 'SIGUSR1', options);
    expect(send({ flags: 1 << 20 })).toFailWithErrno('EINVAL');
    expect(send({ info: siginfo(SIGUSR2) })).toFailWithErrno('EINVAL');
    // Only the kernel says SI_USER of another than oneself.
    expect(send({ info: siginfo(SIGUSR1, 0) })).toFailWithErrno('EPERM');
    const file = maker.fs.open('/');
    expect(() => maker.pidfd.sendSignal(file, 'SIGUSR1')).toFailWithErrno('EBADF');
    expect(() => maker.pidfd.sendSignal(999, 'SIGUSR1')).toFailWithErrno('EBADF');
    expect(child.signals.recorded()).toEqual([]);
  });

  test('refuses the descriptor of a process that has ended, and one of outside: ESRCH, EINVAL', () => {
    const { maker, child, pidfd } = pair();
    child.exit();
    expect(() => maker.pidfd.sendSignal(pidfd, 'SIGUSR1')).toFailWithErrno('ESRCH');
    const inner = maker.clone({ unshare: ['pid'] });
    const own = maker.passDescriptor(maker.pidfd.open(maker.pid), inner);
    expect(() => inner.pidfd.sendSignal(own, 'SIGUSR1')).toFailWithErrno('EINVAL');
  });

  ns.needs('ids.many').test('by another user is EPERM', () => {
    const { maker, child, pidfd } = pair();
    maker.user.setresuid(OTHER);
    expect(() => maker.pidfd.sendSignal(pidfd, 'SIGUSR1')).toFailWithErrno('EPERM');
    expect(() => maker.kill(child.pid, 'SIGUSR1')).toFailWithErrno('EPERM');
    expect(child.signals.recorded()).toEqual([]);
  });

  test('from a nested user namespace is judged by the ids outside, which are the same', () => {
    const { maker, child, pidfd } = pair();
    const other = maker.clone({ unshare: ['user'], uidMap: null });
    other.user.setCapabilities({ effective: [] });
    expect(other.ids().uid.effective).toBe(65534);
    const fd = maker.passDescriptor(pidfd, other);
    other.pidfd.sendSignal(fd, 'SIGUSR1');
    expect(child.signals.recorded()).toMatchObject([{ signal: 'SIGUSR1' }]);
  });
});

describe('PID-43 a process named by its pid and the inode of its pidfd', () => {
  ns.needs('pidfd.pidfs').test('is the same only when both match', () => {
    const maker = ns.agent({ unshare: ['pid'] });
    const first = maker.clone({ setTid: [42] });
    const inode = maker.pidfd.inode(maker.pidfd.open(42));
    expect(maker.pidfd.inode(maker.pidfd.open(42))).toBe(inode);
    first.exit();
    const second = maker.clone({ setTid: [42] });
    expect(second.ids().pid).toBe(42);
    expect(maker.pidfd.inode(maker.pidfd.open(42))).not.toBe(inode);
  });

  ns.needs('pidfd.pidfs').test('has one inode for all who look, whatever its number there', () => {
    const init = ns.agent({ unshare: ['pid'] });
    const outside = ns.agent();
    expect(outside.pidfd.inode(outside.pidfd.open(init.pid))).toBe(
      init.pidfd.inode(init.pidfd.open(1)),
    );
  });

  test('is never reached by the descriptor of another that had its pid', () => {
    const maker = ns.agent({ unshare: ['pid'] });
    const first = maker.clone({ setTid: [42] });
    const pidfd = maker.pidfd.open(42);
    first.exit();
    const second = maker.clone({ setTid: [42] });
    second.signals.record('SIGUSR1');
    expect(() => maker.pidfd.sendSignal(pidfd, 'SIGUSR1')).toFailWithErrno('ESRCH');
    maker.kill(42, 'SIGUSR1');
    expect(second.signals.recorded()).toHaveLength(1);
  });
});

describe('PID-44 a pidfd', () => {
  const mounted = () => {
    const agent = ns.agent({ unshare: ['mount'] });
    const child = agent.fork();
    const pidfd = agent.pidfd.open(child.pid);
    fs.writeFileSync('/tmp/pidfd', '');
    const tree = agent.mounts.openTree('', ['OPEN_TREE_CLONE', 'AT_EMPTY_PATH'], pidfd);
    agent.mounts.moveMount(tree, '/tmp/pidfd');
    return { agent, child, pidfd };
  };
  afterEach(() => fs.rmSync('/tmp/pidfd', { force: true }));

  ns.needs('pidfd.mount').test('is mounted on a file, of the same inode, seen there alone', () => {
    const { agent, pidfd } = mounted();
    expect(agent.fs.stat('/tmp/pidfd').ino).toBe(agent.pidfd.inode(pidfd));
    expect(fs.statSync('/tmp/pidfd').ino).not.toBe(agent.pidfd.inode(pidfd));
    expect(ns.mounts.get('/tmp/pidfd')).toBeUndefined();
  });

  ns.needs('pidfd.mount', 'root.files').test('is opened there for the same process', () => {
    const { agent, child } = mounted();
    agent.pidfd.sendSignal(agent.fs.open('/tmp/pidfd'), 'SIGKILL');
    expect(agent.wait(child)).toMatchObject({ signal: 'SIGKILL' });
  });
});
