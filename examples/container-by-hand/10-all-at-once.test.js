// All of it in one line, when it is not the steps that are of interest.
const { ns } = require('ns-jest');

test('a sandbox has every namespace, an init, a network and mounts of its own', async () => {
  const box = await ns.sandbox({ hostname: 'container' });
  expect((await box.run('uname', ['-n'])).stdout).toBe('container\n');
  expect((await box.run('cat', ['/proc/1/comm'])).stdout).toBe('ns-init\n');
  expect(ns).not.toShareNamespacesWith(box.pid);
  await box.end();
});
