import { expect, test } from '@jest/globals';
import type { Mount } from '../../../src/helpers';
import { normalisePath, viewInterfaces, viewMounts, viewRoutes } from '../../../src/helpers/views';

test.each([
  ['net:[4026531840]', 'net:[<inode>]'],
  ['/tmp/jest-a1B2c3/file', '/tmp/jest-<random>/file'],
  ['/tmp/my-project/file', '/tmp/my-project/file'],
  ['lowerdir=/tmp/l-a1B2c3:/srv/l-a1B2c3', 'lowerdir=/tmp/l-<random>:/srv/l-a1B2c3'],
  ['/srv/jest-a1B2c3', '/srv/jest-a1B2c3'],
  ['/dev/vda', '/dev/vda'],
])('%s is shown as %s', (text, shown) => {
  expect(normalisePath(text, '/tmp')).toBe(shown);
});

const mount = (values: Partial<Mount>): Mount => ({
  id: 2,
  parent: 1,
  device: '0:22',
  root: '/',
  target: '/srv',
  options: ['rw'],
  propagation: { unbindable: false },
  type: 'tmpfs',
  source: 'tmpfs',
  superOptions: ['rw'],
  ...values,
});

test('mounts are sorted by target, without numbers and what the user decides', () => {
  const mounts = [
    mount({ id: 10, parent: 1, target: '/', type: 'ext4', source: '/dev/vda' }),
    mount({
      ...{ id: 12, parent: 10, target: '/srv/b', options: ['ro', 'nosuid'] },
      superOptions: ['rw', 'size=64k', 'uid=1000', 'gid=1000', 'inode64'],
    }),
    mount({
      id: 11,
      parent: 10,
      target: '/srv/a',
      root: '/part',
      propagation: { shared: 7, master: 3, unbindable: false },
    }),
    mount({ id: 13, parent: 10, target: '/srvx' }),
  ];
  expect(viewMounts(mounts, '/srv')).toEqual([
    '/srv/a tmpfs tmpfs[/part] (rw; rw) shared,slave',
    '/srv/b tmpfs tmpfs (ro,nosuid; rw,size=64k)',
  ]);
  expect(viewMounts(mounts, '/')).toHaveLength(4);
});

test('a mount that another hides is not seen', () => {
  const mounts = [
    mount({ id: 10, parent: 1, target: '/' }),
    mount({ id: 11, parent: 10, target: '/srv', source: 'lower' }),
    mount({ id: 12, parent: 11, target: '/srv', source: 'upper' }),
  ];
  expect(viewMounts(mounts, '/srv')).toEqual(['/srv tmpfs upper (rw; rw)']);
});

test('routes are sorted, with what was asked for and not what the kernel adds', () => {
  const route = { type: 'unicast', table: 'main', scope: 'global', protocol: 'boot' };
  expect(
    viewRoutes([
      { ...route, family: 'inet6', destination: 'fe80::/64', interface: 'a', metric: 256 },
      { ...route, family: 'inet6', destination: 'fd00::/64', interface: 'a', metric: 1024 },
      { ...route, family: 'inet6', destination: 'default', gateway: 'fe80::7c:1', interface: 'a' },
      {
        ...route,
        family: 'inet',
        destination: '10.0.0.0/8',
        interface: 'a',
        metric: 7,
        scope: 'link',
        source: '10.0.0.1',
      },
      { ...route, family: 'inet', destination: '10.9.0.0/16', type: 'blackhole', table: 7 },
      {
        ...route,
        family: 'inet',
        destination: 'default',
        nextHops: [{ gateway: '10.0.0.2', weight: 3 }],
      },
    ]),
  ).toEqual([
    'inet 10.0.0.0/8 dev a scope link src 10.0.0.1 metric 7',
    'inet blackhole 10.9.0.0/16 table 7',
    'inet default nexthop via 10.0.0.2 weight 3',
    'inet6 default via <link-local> dev a',
    'inet6 fd00::/64 dev a',
  ]);
});

test('interfaces have their addresses, and no numbers', () => {
  const common = { index: 7, type: 'ether', running: true, address: '02:00', flags: [] };
  expect(
    viewInterfaces(
      [
        {
          ...common,
          name: 'left',
          kind: 'veth',
          state: 'up',
          mtu: 1500,
          link: 'if9',
          master: 'br0',
        },
        { ...common, name: 'a', kind: 'veth', state: 'down', mtu: 1400, link: 'b' },
      ],
      [
        { interface: 'left', family: 'inet6', address: 'fe80::1', prefixLength: 64, scope: 'link' },
        {
          interface: 'left',
          family: 'inet',
          address: '10.0.0.1',
          prefixLength: 8,
          scope: 'global',
        },
      ],
    ),
  ).toEqual([
    'a: veth down mtu 1400 link b',
    'left: veth up mtu 1500 master br0 link <elsewhere>',
    '  inet 10.0.0.1/8',
  ]);
});
