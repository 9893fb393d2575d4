import { describe, expect, test } from '@jest/globals';
import { type Agent, ns } from 'ns-jest';
import { mountProc } from '../support/proc';
import { refusal } from '../support/refusal';

/** So many agents, each in a PID namespace below the one before. */
function nested(outermost: Agent, count: number): Agent[] {
  const all = [outermost];
  while (all.length < count) all.push((all.at(-1) as Agent).clone({ unshare: ['pid'] }));
  return all;
}

describe('PID-05 of five nested levels', () => {
  test('all processes end with the outermost init', () => {
    const maker = ns.agent();
    const agents = nested(maker.clone({ unshare: ['pid'] }), 5);
    const pidfds = agents.map(({ pid }) => maker.pidfd.open(pid));
    expect(pidfds.map((fd) => maker.pidfd.hasEnded(fd))).toEqual([0, 0, 0, 0, 0].map(Boolean));
    maker.kill(agents[0] as Agent, 'SIGKILL');
    expect(maker.wait(agents[0] as Agent)).toMatchObject({ signal: 'SIGKILL' });
    expect(pidfds.map((fd) => maker.pidfd.hasEnded(fd))).toEqual([1, 1, 1, 1, 1].map(Boolean));
    for (const { pid } of agents) expect(ns.processes.get(pid)).toBeUndefined();
  });

  test('the two inner ones end with the third, the outer ones live', () => {
    const agents = nested(ns.agent({ unshare: ['pid'] }), 5);
    const [, second, third, fourth, fifth] = agents as [Agent, Agent, Agent, Agent, Agent];
    second.kill(third, 'SIGKILL');
    second.wait(third);
    expect([fourth, fifth].map(({ pid }) => ns.processes.get(pid))).toEqual([undefined, undefined]);
    expect(agents.slice(0, 2).map((agent) => agent.ids().pid)).toEqual([1, 1]);
  });

  test('each process has a pid at every level above it, and none below', () => {
    const agents = nested(ns.agent({ unshare: ['pid'] }), 5);
    const pids = agents.map((agent) => agent.nspid());
    expect(pids.map(({ length }) => length)).toEqual([2, 3, 4, 5, 6]);
    expect(pids.map((row) => row.at(-1))).toEqual([1, 1, 1, 1, 1]);
    expect(pids.map((row) => row[0])).toEqual(agents.map(({ pid }) => pid));
  });
});

test('PID-05 a process that ignores everything ends with its init as well', () => {
  const maker = ns.agent();
  const init = maker.clone({ unshare: ['pid'] });
  const child = init.fork();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) child.signals.ignore(signal);
  const pidfd = maker.pidfd.open(child.pid);
  init.exit(3);
  expect(maker.pidfd.hasEnded(pidfd)).toBe(true);
});

test('PID-13 nesting too deep is ENOSPC, and what is there stays', () => {
  // 32 levels below the initial one; how far below it the sandbox is it cannot know.
  const agents = [ns.agent({ unshare: ['pid'] })];
  const descend = () => agents.push((agents.at(-1) as Agent).clone({ unshare: ['pid'] }));
  expect(() => {
    for (let level = 0; level < 40; level += 1) descend();
  }).toThrow(refusal('ENOSPC', { syscall: 'clone3' }));
  expect(agents.length).toBeLessThanOrEqual(31);
  expect(agents.at(-1)?.nspid()).toHaveLength(agents.length + 1);
  expect(() => agents.at(-1)?.unshare(['pid'])).toFailWithErrno('ENOSPC');
  expect(agents.at(-1)?.fork().ids().pid).toBe(2);
});

describe('two containers in one PID namespace', () => {
  const pair = () => {
    const owner = ns.agent({ unshare: ['pid', 'mount'] });
    mountProc(owner);
    const join = { agent: owner, namespaces: ['pid', 'mount'] } as const;
    const guest = ns.agent({ join: { ...join, namespaces: [...join.namespaces] } });
    return { owner, guest };
  };

  test('PID-38 one that joined is killed by itself, then the other', () => {
    const { owner, guest } = pair();
    expect(guest.ids().pid).toBeGreaterThan(1);
    expect(guest.ids().ppid).toBe(0);
    guest.end();
    expect(owner.ids().pid).toBe(1);
    owner.end();
    expect(ns.processes.get(owner.pid)).toBeUndefined();
  });

  test('PID-38 one that joined is killed together with the other', () => {
    const { owner, guest } = pair();
    owner.end();
    expect(() => guest.ids()).toThrow(refusal('AGENT_ENDED'));
    expect(ns.processes.get(guest.pid)).toBeUndefined();
  });

  test('PID-38 either signals the other by its pid', () => {
    const { owner, guest } = pair();
    const pid = guest.ids().pid;
    guest.signals.record('SIGUSR1');
    owner.kill(pid, 'SIGUSR1');
    expect(guest.signals.recorded()).toMatchObject([{ signal: 'SIGUSR1', pid: 1 }]);
  });

  test('PID-39 both are in the listing of processes of each', () => {
    const { owner, guest } = pair();
    for (const agent of [owner, guest]) {
      const listed = agent.fs.readdir('/proc').filter((name) => /^\d+$/.test(name));
      expect(listed).toEqual(expect.arrayContaining(['1', String(guest.ids().pid)]));
    }
    expect(guest.namespaces.id('pid')).toBe(owner.namespaces.id('pid'));
  });

  test('PID-39 entering a namespace above the own one is EINVAL', () => {
    const init = ns.agent({ unshare: ['pid'] });
    const outer = ns.agent();
    const fd = outer.passDescriptor(outer.namespaces.open('pid'), init);
    expect(() => init.setns(fd, ['pid'])).toFailWithErrno('EINVAL');
  });
});
