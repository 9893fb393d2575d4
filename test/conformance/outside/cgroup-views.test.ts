import { afterAll, expect, test } from '@jest/globals';
import { type Agent, matchers, ns } from 'ns-jest';
import { group, hostAgent, subgroup } from '../support/cgroups';
import { testUnless } from '../support/needs';

expect.extend(matchers);

// What cgroup namespaces show of the machine's groups, and what its groups limit. cgroup_namespaces(7)

const needs = ns.needs('cgroup.v2');

needs.describe('CG-11 a cgroup namespace', () => {
  test('shows its own group as /, what is below it below, and others with ..', () => {
    const agent = hostAgent();
    const top = group(agent, 'top');
    const below = subgroup(agent, top, 'below');
    const beside = group(agent, 'beside');
    const viewer = agent.clone({ cgroup: top });
    viewer.unshare(['cgroup']);
    const members = [below, beside].map((cgroup) => agent.clone({ cgroup }));
    const seen = (pid: number | 'self') =>
      viewer.cgroup.own(pid).find(({ hierarchy }) => hierarchy === 0)?.path;
    expect(seen('self')).toBe('/');
    expect(seen(members[0]?.pid as number)).toBe('/below');
    expect(seen(members[1]?.pid as number)).toMatch(/^\/\.\.\/ns-jest-conformance-\d+-beside$/);
    expect(seen(agent.pid)).toBe('/..');
  });

  test('keeps its root when its process moves on', () => {
    const agent = hostAgent();
    const [one, two] = [group(agent, 'one'), group(agent, 'two')];
    const viewer = agent.clone({ cgroup: one });
    viewer.unshare(['cgroup']);
    agent.cgroup.add(two, viewer.pid);
    const own = viewer.cgroup.own().find(({ hierarchy }) => hierarchy === 0)?.path;
    expect(own).toMatch(/^\/\.\.\/ns-jest-conformance-\d+-two$/);
  });
});

/** Paths by hierarchy. */
function memberships(agent: ReturnType<typeof hostAgent>, pid: number | 'self' = 'self') {
  return agent.cgroup.own(pid).map(({ hierarchy, path }) => `${hierarchy}:${path}`);
}

ns.needs('cgroup.v2', 'cgroup.v1', 'cgroup.pids').test(
  'CG-12 a process that is started later is in the same groups as the first, in every hierarchy',
  () => {
    const agent = hostAgent();
    const first = agent.clone({ cgroup: group(agent, 'all') });
    agent.cgroup.add(group(agent, 'all', 'pids'), first.pid);
    const groups = memberships(agent, first.pid);
    expect(groups.filter((each) => each.endsWith('-all'))).toHaveLength(2);
    expect(memberships(first.clone())).toEqual(groups);
    expect(first.run('cat', ['/proc/self/cgroup']).stdout.match(/-all$/gm)).toHaveLength(2);
    // One from elsewhere is put there, group by group.
    const joiner = agent.clone();
    expect(memberships(joiner)).not.toEqual(groups);
    for (const { controllers } of first.cgroup.own()) {
      const directory = first.cgroup.directory(controllers[0]);
      if (directory?.endsWith('-all')) agent.cgroup.add(directory, joiner.pid);
    }
    expect(memberships(joiner)).toEqual(groups);
  },
);

ns.needs('cgroup.v2').test('CG-12 and on version 2 alone likewise', () => {
  const agent = hostAgent();
  const first = agent.clone({ cgroup: group(agent, 'one') });
  const later = first.clone();
  expect(memberships(later)).toEqual(memberships(first));
  expect(memberships(later)).not.toEqual(memberships(agent));
});

needs.test('CG-16 entering another cgroup namespace changes the view, not the membership', () => {
  const agent = hostAgent();
  const [one, two] = [group(agent, 'one'), group(agent, 'two')];
  const viewer = agent.clone({ cgroup: one });
  viewer.unshare(['cgroup']);
  const other = agent.clone({ cgroup: two });
  other.unshare(['cgroup']);
  const own = () => viewer.cgroup.own().find(({ hierarchy }) => hierarchy === 0)?.path;
  expect(own()).toBe('/');
  viewer.setns(other.passDescriptor(other.namespaces.open('cgroup'), viewer), ['cgroup']);
  expect(own()).toMatch(/^\/\.\.\/ns-jest-conformance-\d+-one$/);
  expect(agent.cgroup.procs(one)).toEqual([viewer.pid]);
  expect(agent.cgroup.procs(two)).toEqual([other.pid]);
});

ns.needs('cgroup.v2', 'root').describe('CG-14 a cgroup mount of a user namespace', () => {
  const nobody = 65534;

  /** Root of a user namespace, in a cgroup namespace of a group, with the tree at /tmp. */
  function inside(owner: number) {
    const agent = hostAgent();
    const directory = group(agent, 'delegated');
    for (const file of ['', '/cgroup.procs', '/cgroup.subtree_control']) {
      agent.fs.chown(`${directory}${file}`, owner, owner);
    }
    const map = [{ inside: 0, outside: nobody, count: 1 }];
    const inner = agent.clone({
      cgroup: directory,
      unshare: ['user', 'mount', 'cgroup'],
      uidMap: map,
      gidMap: map,
    });
    inner.user.setresgid(0);
    inner.user.setresuid(0);
    inner.mounts.mount({ source: 'cgroup', target: '/tmp', type: 'cgroup2' });
    return { directory, inner };
  }

  test('has the files of a group that was given to its root belong to that', () => {
    const { directory, inner } = inside(nobody);
    expect(inner.fs.stat('/tmp').uid).toBe(0);
    expect(inner.fs.stat('/tmp/cgroup.procs').uid).toBe(0);
    expect(inner.fs.stat('/tmp/cgroup.kill').uid).toBe(nobody);
    inner.cgroup.make('/tmp/own');
    inner.cgroup.add('/tmp/own');
    expect(hostAgent().cgroup.procs(`${directory}/own`)).toEqual([inner.pid]);
  });

  test('has them belong to nobody that is known otherwise, and refuses to make groups', () => {
    const { inner } = inside(0);
    expect(inner.fs.stat('/tmp').uid).toBe(65534);
    expect(() => inner.cgroup.make('/tmp/own')).toFailWithErrno('EACCES');
  });
});

ns.needs('cgroup.pids').test('CG-15 with a limit of one process the next fork is EAGAIN', () => {
  const agent = hostAgent();
  const controller = agent.cgroup.directory('pids') === undefined ? undefined : 'pids';
  const directory = group(agent, 'limit', controller);
  agent.cgroup.set(directory, 'pids.max', 1);
  const child = agent.clone();
  agent.cgroup.add(directory, child.pid);
  expect(() => child.fork()).toFailWithErrno('EAGAIN');
  expect(agent.cgroup.get(directory, 'pids.current').trim()).toBe('1');
  agent.cgroup.set(directory, 'pids.max', 2);
  const grandchild = child.fork();
  expect(() => child.fork()).toFailWithErrno('EAGAIN');
  grandchild.end();
  expect(() => child.fork()).not.toThrow();
});

/** Groups with nothing but these may have processes all the same. cgroups(7), "Thread mode" */
const THREADED = ['cpu', 'cpuset', 'perf_event', 'pids'];

needs.describe('CG-18 controllers of version 2', () => {
  /** Of the group that this process is in. */
  function onOwnGroup<T>(act: (agent: Agent, directory: string) => T): T {
    const agent = ns.agent();
    try {
      return act(agent, agent.cgroup.directory() as string);
    } finally {
      agent.end();
    }
  }

  const handDown = (word: string) =>
    onOwnGroup((agent, directory) => agent.cgroup.set(directory, 'cgroup.subtree_control', word));

  /** Not where the group has processes of its own and is not the root of the tree. */
  function canBeHandedDown(controller: string): boolean {
    try {
      handDown(`+${controller}`);
      handDown(`-${controller}`);
      return true;
    } catch {
      return false;
    }
  }

  /** Those that the group may hand down, and those that it does. */
  function controllers(): { offered: string[]; handedDown: string[] } {
    return onOwnGroup((agent, directory) => {
      const words = (file: string) =>
        agent.cgroup.get(directory, file).trim().split(' ').filter(Boolean);
      return { offered: words('cgroup.controllers'), handedDown: words('cgroup.subtree_control') };
    });
  }
  const { offered, handedDown } =
    needs.missing === undefined ? controllers() : { offered: [], handedDown: [] };
  const [available] = [...handedDown, ...offered.filter(canBeHandedDown)].filter(
    (each) => !THREADED.includes(each),
  );
  const [held] = offered.filter((each) => !handedDown.includes(each));

  testUnless(held === undefined ? 'all controllers are handed down here' : undefined)(
    'are not to be had where the parent does not hand them down',
    () => {
      const agent = hostAgent();
      const directory = group(agent, 'top');
      expect(agent.cgroup.get(directory, 'cgroup.controllers')).not.toContain(held);
      expect(() =>
        agent.cgroup.set(directory, 'cgroup.subtree_control', `+${held}`),
      ).toFailWithErrno('ENOENT');
    },
  );

  // After the hooks that take the groups away.
  afterAll(() => {
    if (available !== undefined && !handedDown.includes(available)) handDown(`-${available}`);
  });

  testUnless(
    available === undefined
      ? 'no controller of processes, such as memory, can be handed down here'
      : undefined,
  )(
    'are handed down level by level, never beside processes, and not taken while a child uses them',
    () => {
      if (!handedDown.includes(available as string)) handDown(`+${available}`);
      const agent = hostAgent();
      const top = group(agent, 'top');
      const middle = subgroup(agent, top, 'middle');
      const set = (directory: string, word: string) =>
        agent.cgroup.set(directory, 'cgroup.subtree_control', `${word}${available}`);
      expect(() => set(middle, '+')).toFailWithErrno('ENOENT');
      set(top, '+');
      set(middle, '+');
      expect(() => set(top, '-')).toFailWithErrno('EBUSY');
      expect(() => agent.clone({ cgroup: top })).toFailWithErrno('EBUSY');
      set(middle, '-');
      const child = agent.clone({ cgroup: middle });
      expect(() => set(middle, '+')).toFailWithErrno('EBUSY');
      child.end();
    },
  );
});
