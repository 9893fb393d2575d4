import { describe, expect, test } from '@jest/globals';
import { ns } from 'ns-jest';
import { testUnless } from '../support/needs';
import { refusal } from '../support/refusal';

const { F, O } = ns.constants;
// getrlimit(2)
const RLIMIT_CORE = 4;

describe('PID-08 the sender of a signal', () => {
  test('is 0 if it is of the parent namespace', () => {
    const init = ns.agent({ unshare: ['pid'] });
    init.signals.record('SIGUSR1');
    ns.agent().kill(init.pid, 'SIGUSR1');
    expect(init.signals.recorded()).toMatchObject([
      { signal: 'SIGUSR1', codeName: 'SI_USER', pid: 0, uid: 0 },
    ]);
  });

  test('is the pid that the receiver knows if it is of its own namespace, or of a child’s', () => {
    const receiver = ns.agent({ unshare: ['pid'] });
    const [child, inner] = [receiver.fork(), receiver.clone({ unshare: ['pid'] })];
    receiver.signals.record(['SIGUSR1', 'SIGCHLD']);
    child.kill(1, 'SIGUSR1');
    expect(receiver.signals.recorded()).toMatchObject([{ signal: 'SIGUSR1', pid: 2 }]);
    expect(inner.ids().pid).toBe(1);
    inner.exit(7);
    expect(receiver.signals.recorded()).toMatchObject([{ signal: 'SIGCHLD', pid: 3, status: 7 }]);
  });
});

test('PID-10 asynchronous pipe I/O crosses sibling namespaces', () => {
  const [reader, writer] = [ns.agent({ unshare: ['pid'] }), ns.agent({ unshare: ['pid'] })];
  const ends = new Int32Array(2);
  reader.syscall('pipe2', ends, O.O_CLOEXEC);
  const [from, to] = ends as unknown as [number, number];
  const there = reader.passDescriptor(to, writer);
  reader.signals.block('SIGUSR1');
  reader.syscall('fcntl', from, F.F_SETOWN, 1);
  reader.syscall('fcntl', from, F.F_SETSIG, ns.constants.SIG.SIGUSR1);
  reader.syscall('fcntl', from, F.F_SETFL, O.O_ASYNC);
  expect(reader.signals.pending()).toEqual([]);
  writer.fs.write(there, 'x');
  expect(reader.signals.wait('SIGUSR1', 1000)).toMatchObject({
    signal: 'SIGUSR1',
    codeName: 'POLL_IN',
    fd: from,
  });
  expect(reader.fs.read(from, 10).toString()).toBe('x');
});

describe('PID-12 a signal to init', () => {
  test('that it blocks is delivered once after unblocking', () => {
    const init = ns.agent({ unshare: ['pid'] });
    const parent = ns.agent();
    init.signals.record('SIGUSR1');
    init.signals.block('SIGUSR1');
    parent.kill(init.pid, 'SIGUSR1');
    parent.kill(init.pid, 'SIGUSR1');
    expect(init.signals.recorded()).toEqual([]);
    expect(init.signals.pending()).toEqual(['SIGUSR1']);
    init.signals.unblock('SIGUSR1');
    expect(init.signals.recorded()).toMatchObject([{ signal: 'SIGUSR1', pid: 0 }]);
    expect(init.signals.pending()).toEqual([]);
  });

  test('from inside does nothing unless it has a handler, not even SIGKILL', () => {
    const init = ns.agent({ unshare: ['pid'] });
    const child = init.fork();
    child.kill(1, 'SIGTERM');
    child.kill(1, 'SIGKILL');
    init.kill(1, 'SIGKILL');
    expect(init.ids().pid).toBe(1);
    init.signals.record('SIGTERM');
    child.kill(1, 'SIGTERM');
    expect(init.signals.recorded()).toMatchObject([{ signal: 'SIGTERM', pid: 2 }]);
  });

  test('from the parent does nothing either without a handler, but SIGKILL and SIGSTOP', () => {
    const parent = ns.agent();
    const init = parent.clone({ unshare: ['pid'] });
    parent.kill(init, 'SIGTERM');
    expect(init.ids().pid).toBe(1);
    parent.kill(init, 'SIGSTOP');
    expect(parent.wait(init, { untraced: true })).toMatchObject({ stopped: 'SIGSTOP' });
    parent.kill(init, 'SIGCONT');
    expect(parent.wait(init, { continued: true })).toMatchObject({ continued: true });
    parent.kill(init, 'SIGKILL');
    expect(parent.wait(init)).toMatchObject({ signal: 'SIGKILL' });
  });
});

describe('PID-27 a negative pid', () => {
  test('signals the whole process group, and nobody else', () => {
    const maker = ns.agent();
    const [leader, member, other] = [maker.fork(), maker.fork(), maker.fork()];
    leader.setpgid();
    member.setpgid(0, leader.pid);
    expect(member.ids().pgid).toBe(leader.pid);
    for (const agent of [leader, member, other]) agent.signals.record('SIGUSR1');
    maker.kill(-leader.pid, 'SIGUSR1');
    const counts = [leader, member, other].map((agent) => agent.signals.recorded().length);
    expect(counts).toEqual([1, 1, 0]);
    maker.kill(-leader.pid, 'SIGTERM');
    expect([maker.wait(leader), maker.wait(member)]).toMatchObject([
      { signal: 'SIGTERM' },
      { signal: 'SIGTERM' },
    ]);
    expect(() => maker.kill(-leader.pid, 0)).toFailWithErrno('ESRCH');
    expect(other.ids().pid).toBe(other.pid);
  });

  test('of -1 signals all of the PID namespace but init and the sender', () => {
    const outside = ns.agent();
    const init = ns.agent({ unshare: ['pid'] });
    const agents = [init.fork(), init.fork(), init.fork()] as const;
    const nested = agents[0].clone({ unshare: ['pid'] });
    for (const agent of [...agents, nested, init, outside]) agent.signals.record('SIGUSR1');
    agents[1].kill(-1, 'SIGUSR1');
    const counts = [...agents, nested, init, outside].map(
      (agent) => agent.signals.recorded().length,
    );
    expect(counts).toEqual([1, 0, 1, 1, 0, 0]);
  });
});

test('PID-29 a bad signal is EINVAL, an absent pid ESRCH, a signal of 0 only looks', () => {
  const agent = ns.agent();
  const child = agent.fork();
  agent.kill(child, 0);
  expect(() => agent.kill(child, 1000)).toFailWithErrno('EINVAL');
  expect(() => agent.kill(child, -1)).toFailWithErrno('EINVAL');
  child.exit();
  expect(() => agent.kill(child.pid, 'SIGTERM')).toFailWithErrno('ESRCH');
  expect(() => agent.kill(-child.pid, 'SIGTERM')).toFailWithErrno('ESRCH');
});

describe('PID-30 the parent’s wait status', () => {
  test.each(['SIGKILL', 'SIGTERM', 'SIGHUP', 'SIGUSR2'] as const)(
    'shows %s without a core',
    (signal) => {
      const maker = ns.agent();
      const child = maker.fork();
      maker.kill(child, signal);
      expect(maker.wait(child)).toStrictEqual({ code: null, signal, core: false });
    },
  );

  test.each(['SIGQUIT', 'SIGABRT', 'SIGSEGV'] as const)(
    'shows %s, and that no core was dumped where the limit is 0',
    (signal) => {
      const maker = ns.agent();
      const child = maker.fork();
      child.syscall('prlimit64', 0, RLIMIT_CORE, new BigUint64Array([0n, 0n]), null);
      maker.kill(child, signal);
      expect(maker.wait(child)).toStrictEqual({ code: null, signal, core: false });
    },
  );

  const pattern = ns.sysctl.get('kernel.core_pattern');
  const reason = /^[|/]/.test(pattern) ? `cores go to ${pattern}` : undefined;
  testUnless(reason)('shows that a core was dumped where the limit allows it', () => {
    const maker = ns.agent({ unshare: ['mount'] });
    maker.mounts.mount({ source: 'cores', target: '/tmp', type: 'tmpfs' });
    const child = maker.fork();
    child.fs.chdir('/tmp');
    const limit = 16n << 20n;
    child.syscall('prlimit64', 0, RLIMIT_CORE, new BigUint64Array([limit, limit]), null);
    maker.kill(child, 'SIGQUIT');
    expect(maker.wait(child)).toStrictEqual({ code: null, signal: 'SIGQUIT', core: true });
    expect(maker.fs.readdir('/tmp')).toHaveLength(1);
  });

  test('shows the code of one that ended by itself', () => {
    const maker = ns.agent();
    const child = maker.fork();
    expect(() => child.syscall('exit_group', 0x1ff)).toThrow(refusal('AGENT_ENDED'));
    expect(child.status).toStrictEqual({ code: 0xff, signal: null, core: false });
  });
});
