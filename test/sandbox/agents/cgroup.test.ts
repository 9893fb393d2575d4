import { expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

/** An agent that has the tree of version 2 at a place of its own, from its own group on. */
function inOwnTree() {
  const agent = ns.agent({ unshare: ['user', 'mount', 'cgroup'] });
  agent.mounts.mount({ source: 'none', target: '/tmp', type: 'cgroup2' });
  return agent;
}

ns.needs('cgroup.kill').describe('a control group', () => {
  test('has the agent that is born in it alone, and ends it by kill', () => {
    const agent = inOwnTree();
    const group = agent.cgroup.make('/tmp/born');
    const child = agent.clone({ cgroup: group });
    expect(agent.cgroup.procs(group)).toEqual([child.pidInParent]);
    expect(child.cgroup.own().find(({ hierarchy }) => hierarchy === 0)?.path).toBe('/born');
    expect(agent.cgroup.events(group)).toMatchObject({ populated: 1 });
    agent.cgroup.kill(group);
    expect(agent.wait(child)).toMatchObject({ signal: 'SIGKILL' });
    expect(agent.cgroup.events(group)).toMatchObject({ populated: 0 });
    agent.cgroup.remove(group);
  });

  test('takes processes in, and freezes them', () => {
    const agent = inOwnTree();
    const group = agent.cgroup.make('/tmp/frozen');
    const child = agent.fork();
    agent.cgroup.add(group, child.pidInParent);
    expect(() => agent.cgroup.remove(group)).toFailWithErrno('EBUSY');
    agent.cgroup.freeze(group);
    for (let i = 0; i < 1000 && agent.cgroup.events(group).frozen !== 1; i += 1)
      agent.time.sleep(1);
    expect(agent.cgroup.events(group)).toMatchObject({ frozen: 1 });
    agent.cgroup.freeze(group, false);
    expect(child.ids().ppid).toBe(agent.ids().pid);
    child.end();
    agent.cgroup.remove(group);
  });

  test('is found by its directory', () => {
    const agent = inOwnTree();
    expect(agent.cgroup.directory()).toBe('/tmp');
    expect(agent.cgroup.directory('no-such-controller')).toBeUndefined();
  });
});
