import { describe, expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

describe('toBeIsolatedFromHost', () => {
  test('holds for all that the sandbox asked for', () => {
    expect(ns.namespaces.asked()).not.toEqual([]);
    expect(ns).toBeIsolatedFromHost();
    expect(ns).toBeIsolatedFromHost(ns.namespaces.asked());
  });

  test('holds for each namespace of the default sandbox', () => {
    expect(ns).toBeIsolatedFromHost(['user', 'mount', 'pid', 'net', 'ipc', 'uts', 'cgroup']);
  });

  test('.not fails, and shows both numbers', () => {
    const { uts } = ns.namespaces.ids();
    const { uts: host } = ns.namespaces.hostIds();
    expect(() => expect(ns).not.toBeIsolatedFromHost(['uts'])).toThrow(
      `uts  inside ${uts}  host ${host}  isolated`,
    );
  });
});
