import fs from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

const failure = (code: string) => expect.objectContaining({ code });

function agentsAlive(): number[] {
  return (
    ns.processes
      .list()
      // An orphan is init's to reap, a moment later.
      .filter(({ name, state }) => name === 'ns-agent' && state !== 'Z')
      .map(({ pid }) => pid)
  );
}

const openDescriptors = () => fs.readdirSync('/proc/self/fd').length;

describe('an agent', () => {
  test('is a process of one thread, in the namespaces of the test', () => {
    const agent = ns.agent();
    expect(ns.processes.get(agent.pid)).toMatchObject({ name: 'ns-agent', threads: 1 });
    expect(agent.namespaces.ids()).toStrictEqual(ns.namespaces.ids());
    expect(agent.fs.getcwd()).toBe(process.cwd());
  });

  test('has the working directory that the test has when it is made', () => {
    ns.agent();
    const before = process.cwd();
    process.chdir('/');
    expect(ns.agent().fs.getcwd()).toBe('/');
    process.chdir(before);
  });

  test('can be given up by using', () => {
    let pid = 0;
    {
      using agent = ns.agent();
      pid = agent.pid;
      expect(agentsAlive()).toContain(pid);
    }
    expect(agentsAlive()).not.toContain(pid);
  });

  test('ends as often as one likes, and takes no call afterwards', () => {
    const agent = ns.agent();
    agent.end();
    agent.end();
    expect(agent.alive).toBe(false);
    expect(agent.status).toMatchObject({ code: null, signal: 'SIGKILL' });
    expect(() => agent.ids()).toThrow(failure('AGENT_ENDED'));
    expect(() => agent.ids()).toThrow(/^Agent \d+ was killed by SIGKILL, so it cannot do getpid$/);
  });

  test('exits with a code', () => {
    expect(ns.agent().exit(7)).toStrictEqual({ code: 7, signal: null, core: false });
  });

  test('that ended by a call of its own says how', () => {
    const agent = ns.agent();
    expect(() => agent.syscall('exit_group', 9)).toThrow(/exited with code 9/);
  });
});

describe('when it fails', () => {
  test('an agent killed from outside while a call waits is told', () => {
    const agent = ns.agent();
    const pending = agent.startSyscall('ppoll', null, 0, null, null, 0);
    expect(pending.done()).toBe(false);
    process.kill(agent.pid, 'SIGKILL');
    expect(() => pending.result()).toThrow(/was killed by SIGKILL, so it cannot do ppoll/);
  });

  test('an agent killed between two calls is told', () => {
    const agent = ns.agent();
    process.kill(agent.pid, 'SIGTERM');
    expect(() => agent.ids()).toThrow(/was killed by SIGTERM/);
  });

  test('a call that never returns is over at the time limit, and so is the agent', () => {
    const agent = ns.agent({ timeLimit: 100 });
    expect(() => agent.syscall('ppoll', null, 0, null, null, 0)).toThrow(failure('AGENT_TIMEOUT'));
    expect(agent.alive).toBe(false);
    expect(agentsAlive()).not.toContain(agent.pid);
  });

  test('an agent in a call takes no other', () => {
    const agent = ns.agent();
    agent.startSyscall('ppoll', null, 0, null, null, 0);
    expect(() => agent.ids()).toThrow(failure('AGENT_BUSY'));
  });

  test('a channel that the agent itself closes ends it', () => {
    const agent = ns.agent();
    expect(() => agent.syscall('close_range', 3, 100, 0)).toThrow(failure('AGENT_ENDED'));
  });

  test('unknown options and namespaces are named', () => {
    expect(() => ns.agent({ unshared: [] } as never)).toThrow(/Unknown option "unshared"/);
    expect(() => ns.agent({ unshare: ['mnt' as never] })).toThrow(/Did you mean "mount"\?/);
    expect(() => ns.agent({ uidMap: [] })).toThrow(/add 'user' to "unshare"/);
    expect(() => ns.agent().syscall('moutn' as never)).toThrow(/Unknown system call "moutn"/);
  });

  test('a call that is larger than a message is refused, and the agent lives', () => {
    const agent = ns.agent();
    expect(() => agent.syscall('write', 1, Buffer.alloc(200_000), 200_000)).toThrow(/at most/);
    expect(agent.ids().pid).toBe(agent.pid);
  });

  test('a call that was under way when the agent was ended has that for its result', () => {
    const agent = ns.agent();
    const pending = agent.startSyscall('ppoll', null, 0, null, null, 0);
    agent.end();
    // Has the descriptor of that channel now, and an answer on it.
    const other = ns.agent();
    const result = other.startSyscall('getpid');
    expect(() => pending.result()).toThrow(failure('AGENT_ENDED'));
    expect(() => pending.done()).toThrow(failure('AGENT_ENDED'));
    expect(result.result()).toBe(other.pid);
  });

  test('the time limit holds whatever signals the test process gets meanwhile', async () => {
    const agent = ns.agent({ timeLimit: 300 });
    // SIGCHLD, every 200 ms.
    const children = Array.from({ length: 12 }, (_, index) =>
      ns.run('sleep', [String((index + 1) / 5)]),
    );
    const start = process.hrtime.bigint();
    expect(() => agent.syscall('ppoll', null, 0, null, null, 0)).toThrow(failure('AGENT_TIMEOUT'));
    expect(Number(process.hrtime.bigint() - start)).toBeLessThan(1.5e9);
    await Promise.all(children);
  });

  test('a call with more arguments than there are, or with text that is cut short, is refused', () => {
    const agent = ns.agent();
    expect(() => agent.syscall('getpid', 1, 2, 3, 4, 5, 6, 7)).toThrow(/at most 6 .* got 7/);
    expect(() => agent.fs.stat('/tmp\0x')).toThrow(/without NUL bytes/);
  });

  test('nothing that would break the agent itself is taken', () => {
    const agent = ns.agent();
    for (const flag of ['CLONE_VM', 'CLONE_VFORK', 'CLONE_FILES'] as const) {
      expect(() => agent.clone({ flags: ['CLONE_FS', flag] })).toThrow(new RegExp(`with ${flag}$`));
    }
    // Which arm64 does not even have.
    expect(() => agent.syscall('vfork')).toThrow(TypeError);
    expect(agent.ids().pid).toBe(agent.pid);
  });

  test('a raw fork or clone does not answer twice', () => {
    const agent = ns.agent();
    const pid = agent.syscall('clone', 17, 0, 0, 0, 0);
    expect(agent.wait(pid)).toMatchObject({ code: 0 });
    expect(agent.ids().pid).toBe(agent.pid);
  });
});

describe('nested agents', () => {
  test('five deep, each in a PID namespace of its own, die with the outermost', () => {
    const outermost = ns.agent({ unshare: ['user', 'pid'] });
    let innermost = outermost;
    for (let depth = 1; depth < 5; depth += 1) innermost = innermost.clone({ unshare: ['pid'] });
    expect(innermost.ids()).toMatchObject({ pid: 1, ppid: 0 });
    expect(innermost.nspid()).toHaveLength(6);
    process.kill(outermost.pid, 'SIGKILL');
    // The kernel ends one PID namespace after the other, while we ask.
    expect(() => {
      for (let count = 0; count < 1e6; count += 1) innermost.ids();
    }).toThrow(failure('AGENT_ENDED'));
  });

  test('die with their maker, unless they are made to outlive it', () => {
    const maker = ns.agent();
    const child = maker.fork();
    const orphan = maker.clone({ dieWithParent: false });
    maker.exit();
    expect(() => child.ids()).toThrow(failure('AGENT_ENDED'));
    expect(orphan.ids().ppid).toBe(1);
    orphan.end();
    expect(agentsAlive()).not.toContain(orphan.pid);
  });

  test('still die with their maker when their ids have changed', () => {
    const maker = ns.agent({ unshare: ['user'] });
    const child = maker.fork();
    child.user.setresuid(0);
    expect(() => maker.exit()).not.toThrow();
    expect(() => child.ids()).toThrow(failure('AGENT_ENDED'));
  });

  test('end while their maker is stopped, who then goes on as before', () => {
    const maker = ns.agent();
    const [child, other] = [maker.fork(), maker.fork()];
    process.kill(maker.pid, 'SIGSTOP');
    child.end();
    other.end();
    expect(agentsAlive()).not.toContain(child.pid);
    process.kill(maker.pid, 'SIGCONT');
    expect(maker.ids().pid).toBe(maker.pid);
    expect(maker.uts.get().sysname).toBe('Linux');
  });

  test('are waited for by their maker', () => {
    const maker = ns.agent();
    const child = maker.fork();
    expect(maker.poll(child)).toBeNull();
    maker.kill(child, 'SIGTERM');
    expect(maker.wait(child)).toStrictEqual({ code: null, signal: 'SIGTERM', core: false });
    expect(() => maker.wait()).toThrow(failure('ECHILD'));
  });
});

test('an agent that joined a PID namespace does not keep its init from being reaped', () => {
  const init = ns.agent({ unshare: ['user', 'pid'] });
  const guest = ns.agent({ join: { agent: init, namespaces: ['user', 'pid'] } });
  init.end();
  expect(init.status).toMatchObject({ signal: 'SIGKILL' });
  expect(() => guest.ids()).toThrow(failure('AGENT_ENDED'));
});

test('two hundred agents, started and ended, leave neither descriptors nor processes', () => {
  ns.agent().end();
  const descriptors = openDescriptors();
  const processes = agentsAlive().length;
  const agents = Array.from({ length: 200 }, () => ns.agent());
  expect(new Set(agents.map(({ pid }) => pid)).size).toBe(200);
  for (const agent of agents) agent.end();
  expect(openDescriptors()).toBe(descriptors);
  expect(agentsAlive()).toHaveLength(processes);
});

test('an agent that could not get what it was asked for leaves nothing', () => {
  ns.agent().end();
  const descriptors = openDescriptors();
  const before = agentsAlive();
  expect(() => ns.agent({ unshare: ['user'], uidMap: '0 4294967295 1\n' as never })).toThrow(
    failure('EINVAL'),
  );
  expect(() => ns.agent({ join: { path: '/proc/self/status' } })).toThrow(failure('EINVAL'));
  expect(openDescriptors()).toBe(descriptors);
  expect(agentsAlive()).toStrictEqual(before);
});

describe('the agents of a test', () => {
  const lasting = ns.agent();
  let left = 0;

  afterEach(() => {
    if (left !== 0) expect(agentsAlive()).toContain(left);
  });

  test('are there in its hooks', () => {
    left = ns.agent().pid;
  });

  test('have ended when the next one begins', () => {
    expect(left).not.toBe(0);
    expect(agentsAlive()).not.toContain(left);
    left = 0;
  });

  test('those made outside of a test last', () => {
    expect(lasting.ids().pid).toBe(lasting.pid);
  });
});
