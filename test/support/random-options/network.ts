import { BOOLEANS, listOf, type Maker, type Makers, object, oneOf, withSome } from './combine';

const NAMES: Makers = {
  valid: [oneOf('web-1', 'a', 'x.example.org')],
  edge: [oneOf('x'.repeat(64), 'ü'.repeat(32), 'a b', '%s\n', '-', '(none)', 'constructor')],
  wrong: [oneOf('', 'x'.repeat(65), 'ü'.repeat(33), 'a\0b')],
};

const INTERFACES = oneOf('lo', 'left', 'right', 'eth1', 'br0');
const ADDRESSES = oneOf('10.5.0.1/24', 'fd05::1/64', '10.5.0.2', '127.0.0.2/8');
const ODD_ADDRESSES = oneOf(
  '0.0.0.0/0',
  '::/0',
  '255.255.255.255',
  'ff02::1/16',
  '10.0.0.1/33',
  'fe80::1%lo/64',
  '10.0.0',
  '',
);
const HARDWARE = oneOf(
  '02:00:00:00:00:01',
  'ff:ff:ff:ff:ff:ff',
  '00:00:00:00:00:00',
  '1:2:3',
  '01:00:5e:00:00:01',
);
const ODD_NAMES = oneOf(
  'lo',
  '.',
  '..',
  'a/b',
  'x'.repeat(15),
  'x'.repeat(16),
  'ü',
  'a b',
  '',
  'all',
  'default',
);

/** A port that nobody else is likely to have. */
const PORT: Maker = (random) => random.integer(33_000, 60_000);
const published: Maker = (random, scene) => `127.0.0.1:${PORT(random, scene)}:80`;

const LINKS: Maker[] = [
  oneOf(
    [{ name: 'left', kind: 'veth', peer: 'right' }],
    [
      { name: 'br0', kind: 'bridge' },
      { name: 'left', kind: 'veth', peer: 'right', master: 'br0', mtu: 1400 },
    ],
    [
      { name: 'eth1', kind: 'tun' },
      { name: 'left', kind: 'tap', up: false },
    ],
    [{ name: 'eth1', kind: 'vxlan', id: 42, remote: '127.0.0.2', parent: 'lo' }],
    [{ name: 'eth1', kind: 'ifb', hardwareAddress: '02:00:00:00:00:01' }],
  ),
];

export const networkMakers: Record<string, Makers> = {
  hostname: NAMES,
  domainname: NAMES,
  loopback: BOOLEANS,
  network: {
    valid: [oneOf('none', 'loopback', 'host', { type: 'loopback' })],
    edge: [
      // They take a program, or change the host for a while: a few of them.
      (random) =>
        random.chance(0.15)
          ? random.pick([
              'veth',
              'pasta',
              'slirp4netns',
              { type: 'veth', mtu: 68 },
              { type: 'veth', cidr: '10.97.0.0/30' },
            ])
          : 'loopback',
      oneOf(
        { type: 'veth', cidr: '10.97.0.0/31' },
        { type: 'veth', bridge: 'no-such-bridge' },
        { type: 'pasta', cidr: '127.0.0.0/8' },
      ),
    ],
    wrong: [
      oneOf(
        'bridge',
        'macvlan',
        '',
        { type: 'constructor' },
        { type: 'none', mtu: 1500 },
        { type: 'pasta', nat: true },
      ),
      oneOf(
        { type: 'veth', mtu: 1 },
        { type: 'veth', ifname: 'lo' },
        { type: 'veth', cidr: '10.0.0.1/24' },
        { mtu: 1 },
      ),
    ],
  },
  publish: {
    valid: [(random, scene) => (random.chance(0.1) ? [published(random, scene)] : [])],
    edge: [oneOf(['127.0.0.1:1:1'], ['203.0.113.9:40000:80'], ['[::1]:41234:80/udp'])],
    wrong: [
      oneOf(['80'], ['0:80'], ['1:2:3:4'], ['localhost:80:80'], ['99999:1'], [80], '80:80', [
        '127.0.0.1:8080:80',
        '8080:81',
      ]),
    ],
  },
  links: {
    valid: LINKS,
    edge: [
      listOf(
        1,
        3,
        withSome(
          { name: INTERFACES, kind: oneOf('dummy', 'bridge', 'ifb', 'tun', 'tap') },
          { mtu: oneOf(68, 65_535), master: INTERFACES, hardwareAddress: HARDWARE },
        ),
        object({ name: ODD_NAMES, kind: oneOf('veth'), peer: ODD_NAMES }),
        object({
          name: INTERFACES,
          kind: oneOf('macvlan', 'vlan'),
          parent: INTERFACES,
          id: oneOf(1, 4094, undefined),
        }),
      ),
    ],
    wrong: [
      oneOf(
        [{}],
        [{ name: 'a' }],
        [{ name: 'a', kind: 'wireguard' }],
        [{ name: 'lo', kind: 'dummy' }],
        [{ name: 'a', kind: 'veth' }],
      ),
      oneOf(
        [{ name: 'a', kind: 'dummy', mtu: 1 }],
        [{ name: 'a', kind: 'vlan', parent: 'lo', id: 0 }],
        [{ name: 'a', kind: 'tun', peer: 'b' }],
      ),
    ],
  },
  addresses: {
    valid: [listOf(0, 3, object({ interface: oneOf('lo'), address: ADDRESSES }))],
    edge: [listOf(1, 2, object({ interface: INTERFACES, address: ODD_ADDRESSES }))],
    wrong: [
      oneOf(
        [{}],
        [{ interface: 'lo' }],
        [{ interface: 'lo', address: 7 }],
        [{ interface: 'a b', address: '10.0.0.1/8' }],
      ),
    ],
  },
  routes: {
    valid: [
      oneOf(
        [],
        [{ destination: '192.0.2.0/24', type: 'blackhole' }],
        [{ destination: '198.51.100.0/24', interface: 'lo', metric: 7 }],
      ),
    ],
    edge: [
      listOf(
        1,
        2,
        object({
          destination: oneOf('default', '10.0.0.0/8', '10.0.0.1/8', '::/0'),
          gateway: oneOf('10.5.0.9', 'fd05::9', '127.0.0.1'),
        }),
        object({
          destination: oneOf('default', 'fd09::/64'),
          interface: INTERFACES,
          metric: oneOf(0, 2 ** 32 - 1),
        }),
      ),
    ],
    wrong: [
      oneOf(
        [{}],
        [{ destination: 'default' }],
        [{ destination: 'x', type: 'blackhole' }],
        [{ destination: 'default', type: 'throw' }],
      ),
    ],
  },
  neighbours: {
    valid: [oneOf([])],
    edge: [
      listOf(
        1,
        2,
        object({
          interface: INTERFACES,
          address: oneOf('10.5.0.7', 'fd05::7', '127.0.0.9'),
          hardwareAddress: HARDWARE,
        }),
      ),
    ],
    wrong: [
      oneOf(
        [{}],
        [{ interface: 'lo', address: 'x', hardwareAddress: '02:00:00:00:00:01' }],
        [{ interface: 'lo' }],
      ),
    ],
  },
};
