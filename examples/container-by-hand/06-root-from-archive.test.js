// Step 6: the same from an archive, as `docker export` and debootstrap write one.
const fs = require('node:fs');
const { ns } = require('ns-jest');
const { addWhatEveryContainerHas, enterRoot } = require('./root-file-system');

test('the container has what the archive has', async () => {
  // An image of one file, packed here so that nothing has to be fetched.
  fs.mkdirSync('/tmp/image/srv/app', { recursive: true });
  fs.writeFileSync('/tmp/image/srv/app/version', '1.0\n');
  await ns.run('tar', ['-C', '/tmp/image', '-cf', '/tmp/image.tar', '.']);

  fs.mkdirSync('/tmp/root');
  ns.mounts.mount({ type: 'tmpfs', target: '/tmp/root', options: ['mode=755'] });
  const { code } = await ns.run('tar', ['-C', '/tmp/root', '-xf', '/tmp/image.tar']);
  expect(code).toBe(0);
  addWhatEveryContainerHas('/tmp/root', 'from-archive');

  const container = enterRoot('/tmp/root');
  expect(container.fs.readFile('/srv/app/version')).toBe('1.0\n');
  expect(container.fs.exists('/usr')).toBe(false);
});
