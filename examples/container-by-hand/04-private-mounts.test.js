// Step 4: mounts of its own, which nobody outside sees. mount_namespaces(7)
const fs = require('node:fs');
const { ns } = require('ns-jest');

test('mounts travel between peers, and no more after make-rprivate', () => {
  fs.mkdirSync('/tmp/peers');
  // As systemd mounts /: shared.
  ns.mounts.mount({ type: 'tmpfs', target: '/tmp/peers', options: ['shared'] });
  for (const name of ['one', 'two']) fs.mkdirSync(`/tmp/peers/${name}`);
  const container = ns.agent({ unshare: ['mount'] });

  container.mounts.mount({ source: 'one', target: '/tmp/peers/one', type: 'tmpfs' });
  expect(ns).toHaveMount('/tmp/peers/one');

  container.mounts.propagation('/', ['MS_REC', 'MS_PRIVATE']);
  container.mounts.mount({ source: 'two', target: '/tmp/peers/two', type: 'tmpfs' });
  expect(container.mounts.get('/tmp/peers/two')).toMatchObject({ type: 'tmpfs' });
  expect(ns).not.toHaveMount('/tmp/peers/two');
});
