import { describe, expect, test } from '@jest/globals';
import { type Agent, type NamespaceName, ns } from 'ns-jest';

// An agent with a second thread: /proc/PID/task has the namespaces of each.
const OF_ONE_THREAD: NamespaceName[] = ['mount', 'net', 'ipc', 'uts', 'cgroup'];

const file = (name: NamespaceName) => (name === 'mount' ? 'mnt' : name);
const seenIn = (agent: Agent, thread: number, name: NamespaceName) =>
  agent.fs.readlink(`/proc/self/task/${thread}/ns/${file(name)}`);

function threaded(): { agent: Agent; thread: number } {
  const agent = ns.agent();
  const thread = agent.startThread();
  expect(ns.processes.get(agent.pid)?.threads).toBe(2);
  return { agent, thread };
}

describe('CALL-22 in a process with threads', () => {
  test('unshare of the user namespace is EINVAL, and was not before', () => {
    const { agent } = threaded();
    expect(() => agent.unshare(['user'])).toFailWithErrno('EINVAL');
    expect(() => agent.unshare(['user', 'uts'])).toFailWithErrno('EINVAL');
    expect(agent.namespaces.ids()).toStrictEqual(ns.namespaces.ids());
    const { CLONE_THREAD, CLONE_VM, CLONE_SIGHAND } = ns.constants.CLONE;
    for (const flag of [CLONE_THREAD, CLONE_VM, CLONE_SIGHAND]) {
      expect(() => agent.unshare(flag)).toFailWithErrno('EINVAL');
      ns.agent().unshare(flag);
    }
  });

  test('setns into another user namespace is EINVAL', () => {
    const other = ns.agent({ unshare: ['user'] });
    const { agent } = threaded();
    const fd = agent.namespaces.open('user', other.pid);
    expect(() => agent.setns(fd)).toFailWithErrno('EINVAL');
    // A child has one thread.
    const child = agent.fork();
    child.setns(agent.passDescriptor(fd, child));
    expect(child.namespaces.id('user')).toBe(other.namespaces.id('user'));
  });

  test('setns into a mount namespace is EINVAL: threads share their root directory', () => {
    const other = ns.agent({ unshare: ['mount'] });
    const { agent } = threaded();
    const fd = agent.namespaces.open('mount', other.pid);
    expect(() => agent.setns(fd)).toFailWithErrno('EINVAL');
    agent.unshare(ns.constants.CLONE.CLONE_FS);
    agent.setns(fd);
    expect(agent.namespaces.id('mount')).toBe(other.namespaces.id('mount'));
  });

  test('setns into a time namespace is EUSERS', () => {
    const other = ns.agent({ unshare: ['time'] });
    const { agent } = threaded();
    const fd = agent.namespaces.open('time', other.pid);
    expect(() => agent.setns(fd)).toFailWithErrno('EUSERS');
    expect(agent.namespaces.id('time')).toBe(ns.namespaces.ids().time);
  });

  test.each(OF_ONE_THREAD)('unshare of %s acts on the calling thread only', (name) => {
    const { agent, thread } = threaded();
    const before = seenIn(agent, thread, name);
    agent.unshare([name]);
    expect(seenIn(agent, agent.ids().pid, name)).not.toBe(before);
    expect(seenIn(agent, thread, name)).toBe(before);
  });

  test.each(OF_ONE_THREAD.filter((name) => name !== 'mount'))(
    'setns into %s acts on the calling thread only',
    (name) => {
      const other = ns.agent({ unshare: [name] });
      const { agent, thread } = threaded();
      const before = seenIn(agent, thread, name);
      agent.setns(agent.namespaces.open(name, other.pid));
      expect(agent.namespaces.id(name)).toBe(other.namespaces.id(name));
      expect(seenIn(agent, thread, name)).toBe(before);
    },
  );

  test('unshare of pid and time acts on the children of the calling thread only', () => {
    const { agent, thread } = threaded();
    agent.unshare(['pid']);
    agent.unshare(['time']);
    const child = agent.fork();
    expect(child.ids().pid).toBe(1);
    for (const link of ['pid_for_children', 'time_for_children']) {
      const [own, other] = [agent.ids().pid, thread].map((id) =>
        agent.fs.readlink(`/proc/self/task/${id}/ns/${link}`),
      );
      expect(own).not.toBe(other);
    }
  });
});
