import { expect, test } from '@jest/globals';
import { hierarchies } from '../../../../src/options/limits/hierarchies';

/** Recorded on machines of each kind. */
const HYBRID = {
  mountinfo: [
    '40 20 0:30 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct',
    '41 20 0:31 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory',
    '42 20 0:32 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd',
    '43 20 0:33 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw',
  ].join('\n'),
  cgroup: '4:memory:/user/a\n3:cpu,cpuacct:/\n1:name=systemd:/init.scope\n0::/init.scope\n',
};
const UNIFIED = {
  mountinfo: '43 20 0:33 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw,nsdelegate',
  cgroup: '0::/user.slice/user-1000.slice/session-2.scope\n',
};
const CONTAINER = {
  mountinfo: '41 20 0:31 /docker/abc /sys/fs/cgroup/memory ro,relatime - cgroup cgroup rw,memory',
  cgroup: '4:memory:/docker/abc/inner\n',
};

test('version 1 is found by its controllers, version 2 beside it', () => {
  expect(hierarchies(HYBRID)).toEqual([
    {
      version: 1,
      controllers: ['cpu', 'cpuacct'],
      mount: '/sys/fs/cgroup/cpu,cpuacct',
      own: '/sys/fs/cgroup/cpu,cpuacct',
    },
    {
      version: 1,
      controllers: ['memory'],
      mount: '/sys/fs/cgroup/memory',
      own: '/sys/fs/cgroup/memory/user/a',
    },
    {
      version: 1,
      controllers: ['name=systemd'],
      mount: '/sys/fs/cgroup/systemd',
      own: '/sys/fs/cgroup/systemd/init.scope',
    },
    {
      version: 2,
      controllers: [],
      mount: '/sys/fs/cgroup/unified',
      own: '/sys/fs/cgroup/unified/init.scope',
    },
  ]);
});

test('version 2 alone', () => {
  expect(hierarchies(UNIFIED)).toMatchObject([
    { version: 2, own: '/sys/fs/cgroup/user.slice/user-1000.slice/session-2.scope' },
  ]);
});

test('a mount of a part of the tree shows what is below it, and nothing else', () => {
  expect(hierarchies(CONTAINER)).toMatchObject([{ own: '/sys/fs/cgroup/memory/inner' }]);
  expect(hierarchies({ ...CONTAINER, cgroup: '4:memory:/other\n' })).toMatchObject([
    { own: undefined },
  ]);
});
