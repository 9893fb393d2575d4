// Step 1: a name of its own. uts_namespaces(7), sethostname(2)
const { ns } = require('ns-jest');

test('a process in a UTS namespace of its own is renamed, and nobody else', () => {
  const before = ns.hostname.get();
  const container = ns.agent({ unshare: ['uts'] });

  container.uts.setHostname('container');

  expect(container.uts.get().nodename).toBe('container');
  expect(ns).toHaveHostname(before);
  expect(ns).not.toShareNamespacesWith(container.pid, ['uts']);
});
