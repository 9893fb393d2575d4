import { expect, test } from '@jest/globals';
import { type Agent, ns } from 'ns-jest';
import { untilAllowed } from '../support/until-allowed';

const TREE = '/tmp';

/** Runs with a group of version 2, seen by the manager only, and removes it. */
function withGroup(use: (manager: Agent, group: string) => void): void {
  const manager = ns.agent({ unshare: ['mount'] });
  manager.mounts.mount({ source: 'none', target: TREE, type: 'cgroup2' });
  const group = manager.cgroup.make(`${TREE}/conformance-${process.pid}`);
  try {
    use(manager, group);
  } finally {
    manager.cgroup.kill(group);
    // A killed process is in it until it is gone.
    untilAllowed('EBUSY', () => manager.cgroup.remove(group));
  }
}

ns.needs('cgroup.v2', 'cgroup.kill').describe('PID-37 without a PID namespace of its own', () => {
  test('every process of a container is killed, by its cgroup', () => {
    withGroup((manager, group) => {
      const first = manager.clone({ cgroup: group });
      const second = first.fork();
      second.setsid();
      second.signals.ignore('SIGTERM');
      const pids = [first.ids().pid, second.ids().pid];
      expect(manager.cgroup.procs(group).sort()).toEqual(pids.sort());
      const pidfds = pids.map((pid) => manager.pidfd.open(pid));
      manager.cgroup.kill(group);
      expect(pidfds.map((fd) => manager.pidfd.hasEnded(fd, 1000))).toEqual([true, true]);
      expect(manager.wait(first)).toMatchObject({ signal: 'SIGKILL' });
      expect(manager.ids().pid).toBe(manager.pid);
    });
  });

  test('also after its first process has ended', () => {
    withGroup((manager, group) => {
      const first = manager.clone({ cgroup: group });
      const orphan = first.clone({ dieWithParent: false });
      first.exit();
      expect(manager.cgroup.procs(group)).toEqual([orphan.pid]);
      const pidfd = manager.pidfd.open(orphan.pid);
      manager.cgroup.kill(group);
      expect(manager.pidfd.hasEnded(pidfd, 1000)).toBe(true);
    });
  });
});

test('PID-37 without a PID namespace of its own what a container leaves lives on', () => {
  const container = ns.agent({ unshare: ['uts'] });
  const orphan = container.clone({ dieWithParent: false });
  container.exit();
  expect(orphan.ids().ppid).toBe(1);
  expect(orphan.namespaces.id('pid')).toBe(ns.namespaces.ids().pid);
});
