// The mount namespace is the file tree as this sandbox sees it. mount_namespaces(7)
const { mkdirSync, readdirSync, readFileSync, writeFileSync } = require('node:fs');
const { ns } = require('ns-jest');
const { hostsEntry, mountSource } = require('./made-inside');

test('/tmp and /dev/shm are empty, and nothing mounted travels to the host or from it', () => {
  expect(ns).toBeIsolatedFromHost(['mount']);
  expect(ns).toHaveMount({ target: '/tmp', type: 'tmpfs' });
  expect(ns).toHaveMount({ target: '/dev/shm', type: 'tmpfs' });
  expect(readdirSync('/dev/shm')).toEqual([]);
  expect(ns.mounts.list().filter(({ propagation }) => propagation.shared)).toEqual([]);
});

test('a disk of one megabyte is full after one megabyte', () => {
  mkdirSync('/tmp/disk');
  ns.mounts.mount({
    type: 'tmpfs',
    source: mountSource,
    target: '/tmp/disk',
    options: ['size=1m', 'noexec'],
  });

  expect(ns).toHaveMount({ target: '/tmp/disk', type: 'tmpfs', options: ['noexec'] });
  expect(() => writeFileSync('/tmp/disk/file', Buffer.alloc(2 ** 20 + 1))).toThrow('ENOSPC');

  ns.mounts.unmount('/tmp/disk');
  expect(ns).not.toHaveMount('/tmp/disk');
});

test('a file of the system can be another one here: a bind mount', () => {
  writeFileSync('/tmp/hosts', `${hostsEntry}\n`);
  ns.mounts.mount({ type: 'bind', source: '/tmp/hosts', target: '/etc/hosts', readonly: true });

  expect(ns).toHaveMount({ target: '/etc/hosts', options: ['ro'] });
  expect(readFileSync('/etc/hosts', 'utf8')).toBe(`${hostsEntry}\n`);
  expect(() => writeFileSync('/etc/hosts', '')).toThrow('EROFS');
});
