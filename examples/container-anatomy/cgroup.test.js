// The cgroup namespace hides where in the tree of control groups this sandbox is. cgroup_namespaces(7)
const { readFileSync } = require('node:fs');
const { ns } = require('ns-jest');

test('from inside, the cgroup of this process is the root of the tree', () => {
  expect(ns).toBeIsolatedFromHost(['cgroup']);
  for (const line of readFileSync('/proc/self/cgroup', 'utf8').trim().split('\n')) {
    // hierarchy:controllers:path, one line per hierarchy
    expect(line).toMatch(/:\/$/);
  }
});
