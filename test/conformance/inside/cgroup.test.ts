import { describe, expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

describe.each(['clone', 'unshare'] as const)('CG-11 in a new cgroup namespace by %s', (via) => {
  test('/proc/self/cgroup reads / in every hierarchy, of version 1 and 2', () => {
    const agent = ns.agent({ unshare: ['cgroup'], via });
    const own = agent.cgroup.own();
    expect(own.length).toBeGreaterThan(0);
    expect(own.map(({ path }) => path)).toEqual(own.map(() => '/'));
    expect(agent.namespaces.id('cgroup')).not.toBe(ns.namespaces.ids().cgroup);
  });

  test('the hierarchies and controllers are those of before', () => {
    const agent = ns.agent({ unshare: ['cgroup'], via });
    const kinds = (who: typeof agent) =>
      who.cgroup.own().map(({ hierarchy, controllers }) => ({ hierarchy, controllers }));
    expect(kinds(agent)).toEqual(kinds(ns.agent()));
  });
});

test('CG-11 the sandbox itself has one', () => {
  expect(ns).toBeIsolatedFromHost(['cgroup']);
  const paths = ns
    .agent()
    .cgroup.own()
    .map(({ path }) => path);
  expect(paths).toEqual(paths.map(() => '/'));
});
