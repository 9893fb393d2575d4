// Step 3: PID 1, with a /proc that shows its own processes only. pid_namespaces(7)
const { ns } = require('ns-jest');

test('the first process of a PID namespace is 1, and its /proc shows no others', () => {
  const container = ns.agent({ unshare: ['pid', 'mount'] });
  expect(container.ids().pid).toBe(1);

  // The /proc that is there was mounted for the PID namespace outside.
  const others = container.fs.readdir('/proc').filter((name) => /^\d+$/.test(name));
  expect(others).toContain(String(process.pid));

  container.mounts.propagation('/', ['MS_REC', 'MS_PRIVATE']);
  container.mounts.mount({ source: 'proc', target: '/proc', type: 'proc' });
  expect(container.fs.readdir('/proc').filter((name) => /^\d+$/.test(name))).toEqual(['1']);
});

test('with PID 1 all of its namespace ends', () => {
  const container = ns.agent({ unshare: ['pid'] });
  const child = container.fork();
  container.end();
  expect(child.alive).toBe(false);
});
