import fs from 'node:fs';
import { expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

test('toHaveMount finds the mounts of the default sandbox', () => {
  expect(ns).toHaveMount({ target: '/tmp', type: 'tmpfs' });
  expect(ns).toHaveMount({ target: '/dev/shm', type: 'tmpfs' });
  expect(ns).toHaveMount({ target: '/run', type: 'tmpfs' });
  expect(ns).toHaveMount({ target: '/proc', type: 'proc', root: '/' });
});

test('toHaveMount finds a mount until it is unmounted, and only the topmost', () => {
  const target = fs.mkdtempSync('/tmp/mount-');
  expect(ns).not.toHaveMount(target);

  ns.mounts.mount({ type: 'tmpfs', source: 'lower', target });
  expect(ns).toHaveMount(target);
  ns.mounts.mount({ type: 'tmpfs', source: 'upper', target });
  expect(ns).toHaveMount({ target, source: 'upper' });
  expect(ns).not.toHaveMount({ target, source: 'lower' });
  expect(() => expect(ns).toHaveMount({ target, source: 'lower' })).toThrow(/lower on .*, hidden/);

  ns.mounts.unmount(target);
  expect(ns).toHaveMount({ target, source: 'lower' });
  ns.mounts.unmount(target);
  expect(ns).not.toHaveMount(target);
});
