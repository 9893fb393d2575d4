import { describe, expect, test } from '@jest/globals';
import { type NamespaceName, ns } from 'ns-jest';
import { refusal } from '../support/refusal';

const { CLONE, NAMESPACE_FLAGS, SIG } = ns.constants;
const NEED_A_RIGHT: NamespaceName[] = ['mount', 'pid', 'net', 'ipc', 'uts', 'cgroup', 'time'];

/** The first version of struct clone_args. clone3(2) */
const CLONE_ARGS = ns.struct({
  flags: 'u64',
  pidfd: 'pointer',
  childTid: 'pointer',
  parentTid: 'pointer',
  exitSignal: 'u64',
  stack: 'u64',
  stackSize: 'u64',
  tls: 'u64',
});

const withoutRights = () => {
  const agent = ns.agent();
  agent.user.setCapabilities({ effective: [], permitted: [] });
  return agent;
};

describe('CALL-15 clone3', () => {
  test('starts a child, delivers the exit signal and fills the pidfd', () => {
    const agent = ns.agent();
    agent.signals.record('SIGUSR2');
    const [pidfd, parentTid] = [new Int32Array([-1]), new Int32Array(1)];
    const args = CLONE_ARGS.pack({
      flags: CLONE.CLONE_PIDFD | CLONE.CLONE_PARENT_SETTID,
      pidfd,
      parentTid,
      exitSignal: SIG.SIGUSR2,
    });
    // A child made by a raw call exits with 0.
    const pid = agent.syscall('clone3', args, CLONE_ARGS.size);
    expect(pid).toBeGreaterThan(1);
    expect(parentTid[0]).toBe(pid);
    const fd = pidfd[0] as number;
    expect(agent.fs.readFile(`/proc/self/fdinfo/${fd}`)).toMatch(
      new RegExp(`^Pid:\\s*${pid}$`, 'm'),
    );
    expect(agent.pidfd.hasEnded(fd, 1000)).toBe(true);
    expect(agent.wait(pid)).toMatchObject({ code: 0, signal: null });
    expect(agent.signals.recorded()).toMatchObject([{ signal: 'SIGUSR2' }]);
  });

  test('with an exit signal of 0 tells the parent nothing, but it can wait', () => {
    const agent = ns.agent();
    agent.signals.record('SIGCHLD');
    const child = agent.clone({ exitSignal: 0 });
    expect(child.exit(3)).toMatchObject({ code: 3 });
    expect(agent.signals.recorded()).toEqual([]);
  });

  test.each([
    ['a size that is too small', { size: 56 }, 'EINVAL'],
    ['a size that is larger than a page', { size: 5000 }, 'E2BIG'],
    ['an exit signal that there is not', { exitSignal: 65 }, 'EINVAL'],
    ['an unknown flag', { flags: 1n << 40n }, 'EINVAL'],
    ['signal handlers without memory', { flags: CLONE.CLONE_SIGHAND }, 'EINVAL'],
    ['a thread without signal handlers', { flags: CLONE.CLONE_THREAD }, 'EINVAL'],
    ['a fresh and a shared root', { flags: CLONE.CLONE_FS | CLONE.CLONE_NEWNS }, 'EINVAL'],
    ['a stack without a size', { stack: 4096 }, 'EINVAL'],
  ] as const)('refuses %s', (_what, { size = CLONE_ARGS.size, ...fields }: ArgsAndSize, code) => {
    const agent = ns.agent();
    const args = new ns.Memory(Buffer.concat([CLONE_ARGS.pack(fields).bytes, Buffer.alloc(8192)]));
    expect(() => agent.syscall('clone3', args, size)).toThrow(refusal(code, { syscall: 'clone3' }));
    expect(() => agent.wait()).toFailWithErrno('ECHILD');
  });
});

interface ArgsAndSize {
  size?: number;
  flags?: number | bigint;
  exitSignal?: number;
  stack?: number;
}

describe('without CAP_SYS_ADMIN a namespace is EPERM', () => {
  test.each(NEED_A_RIGHT)('CALL-17 %s by clone3', (name) => {
    const agent = withoutRights();
    expect(() => agent.clone({ unshare: [name] })).toThrow(refusal('EPERM', { syscall: 'clone3' }));
    expect(() => agent.wait()).toFailWithErrno('ECHILD');
    // With a user namespace of one's own it can be had.
    const child = agent.clone({ unshare: ['user', name], uidMap: null });
    expect(child.namespaces.id(name)).not.toBe(ns.namespaces.ids()[name]);
  });

  // clone(2) has no bit left for the time namespace.
  test.each(NEED_A_RIGHT.filter((name) => name !== 'time'))('CALL-19 %s by clone', (name) => {
    const agent = withoutRights();
    const clone = () => agent.syscall('clone', NAMESPACE_FLAGS[name] | SIG.SIGCHLD, 0, 0, 0, 0);
    expect(clone).toThrow(refusal('EPERM', { syscall: 'clone' }));
    expect(() => agent.wait()).toFailWithErrno('ECHILD');
  });

  test('CALL-19 user by clone is not', () => {
    const agent = withoutRights();
    const pid = agent.syscall('clone', CLONE.CLONE_NEWUSER | SIG.SIGCHLD, 0, 0, 0, 0);
    expect(agent.wait(pid)).toMatchObject({ code: 0 });
  });
});

describe('CALL-20 the child’s own pid', () => {
  test('is what clone returned when no PID namespace was asked for', () => {
    const agent = ns.agent();
    const child = agent.fork();
    expect(child.pidInParent).toBe(child.ids().pid);
    expect(child.ids().ppid).toBe(agent.ids().pid);
  });

  test('is another when one was', () => {
    const child = ns.agent().clone({ unshare: ['pid'] });
    expect(child.ids().pid).toBe(1);
    expect(child.pidInParent).toBeGreaterThan(1);
  });

  test('is another when the parent is itself in one: each sees its own numbers', () => {
    const init = ns.agent({ unshare: ['pid'] });
    const child = init.fork();
    expect([child.pidInParent, child.ids().pid, child.nspid().at(-1)]).toEqual([2, 2, 2]);
    expect(child.pid).not.toBe(2);
  });
});

describe('CALL-21 a child', () => {
  test('inherits the environment and may end normally', () => {
    process.env.CONFORMANCE = 'inherited';
    try {
      const agent = ns.agent({ unshare: ['user', 'pid'] });
      const { stdout, code } = agent.run('sh', ['-c', 'echo "$CONFORMANCE"; exit 4']);
      expect([stdout, code]).toEqual(['inherited\n', 4]);
    } finally {
      delete process.env.CONFORMANCE;
    }
  });

  test('inherits working directory, mask and open files', () => {
    const agent = ns.agent();
    agent.fs.chdir('/');
    agent.fs.umask(0o77);
    const child = agent.fork();
    expect(child.fs.getcwd()).toBe('/');
    expect(child.fs.umask(0)).toBe(0o77);
    expect(agent.fs.umask(0)).toBe(0o77);
  });

  test('of every kind of namespace may end normally', () => {
    for (const name of NEED_A_RIGHT) {
      expect(ns.agent({ unshare: [name] }).exit(5)).toMatchObject({ code: 5, signal: null });
    }
  });
});
