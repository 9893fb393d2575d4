import { describe, expect, test } from '@jest/globals';
import { networkArguments } from '../../../src/launch/init-arguments/network';
import { readOptions } from '../../../src/options/read-options';
import { toSandboxSpec } from '../../../src/options/sandbox-spec';

const read = (options: object) => readOptions(options as Record<string, unknown>);

test.each<[string, object, string]>([
  [
    'an unknown type',
    { network: 'bridge' },
    "Expected the option \"network\" to be 'none', 'loopback', 'host', 'veth', 'pasta', 'slirp4netns', got 'bridge'",
  ],
  [
    'an object without a type',
    { network: { mtu: 1400 } },
    'Expected the option "network.type" to be',
  ],
  ['an unknown setting', { network: { type: 'veth', mtuu: 1 } }, 'Did you mean "network.mtu"?'],
  [
    "another type's setting",
    { network: { type: 'loopback', mtu: 1400 } },
    'The option "network.mtu" has no effect with the type "loopback": it belongs to veth, pasta, slirp4netns',
  ],
  [
    'a small MTU',
    { network: { type: 'veth', mtu: 67 } },
    'a whole number from 68 to 65520, got 67',
  ],
  [
    'a network with bits of a host',
    { network: { type: 'veth', cidr: '10.83.0.1/16' } },
    'Expected the option "network.cidr" to be an IPv4 network of at least 4 addresses',
  ],
  [
    'too small a network',
    { network: { type: 'veth', cidr: '10.83.0.0/31' } },
    'of at least 4 addresses',
  ],
  ['a network of IPv6', { network: { type: 'veth', cidr: 'fd00::/64' } }, 'an IPv4 network'],
  ['too long a name', { network: { type: 'veth', ifname: 'x'.repeat(16) } }, 'at most 15 bytes'],
  [
    'none with lo up',
    { network: 'none', loopback: true },
    'The option "network" and loopback: true contradict each other',
  ],
  [
    'loopback with lo down',
    { network: 'loopback', loopback: false },
    'The option "network" and loopback: false contradict each other',
  ],
  [
    'host with a network namespace',
    { network: 'host', namespaces: { net: true } },
    'The option "network" and namespaces.net contradict each other',
  ],
  [
    'loopback without a network namespace',
    { network: 'loopback', namespaces: { network: false } },
    'The option "network" and namespaces.net: false contradict each other',
  ],
  [
    'links on the host',
    { network: 'host', links: [{ name: 'a', kind: 'dummy' }] },
    'The option "links" has no effect while "namespaces.net" is false',
  ],
  [
    'a port that is published with lo down',
    { network: 'none', publish: ['8080:80'] },
    'The option "publish" and lo down contradict each other',
  ],
  [
    'a port that is published from a network that may be missing',
    { namespaces: { net: 'try' }, publish: ['8080:80'] },
    'The option "namespaces.net" and publish contradict each other',
  ],
  [
    'a port alone',
    { publish: ['8080'] },
    'Expected the option "publish[0]" to be [ADDRESS:]PORT:INSIDE',
  ],
  ['port 0', { publish: ['0:80'] }, 'Expected the option "publish[0]" to be'],
  ['a port that is none', { publish: ['8080:65536'] }, 'Expected the option "publish[0]" to be'],
  ['localhost', { publish: ['localhost:8080:80'] }, "to be an IP address, got 'localhost'"],
  ['a bare IPv6 address', { publish: ['::1:8080:80'] }, 'Expected the option "publish[0]" to be'],
  ['another protocol', { publish: ['8080:80/sctp'] }, 'Expected the option "publish[0]" to be'],
  [
    'the same port twice',
    { publish: ['8080:80', '127.0.0.1:8080:81/tcp'] },
    'The options "publish[0]" and "publish[1]" publish the same port twice: 8080/tcp',
  ],
  ['an unknown kind', { links: [{ name: 'a', kind: 'wifi' }] }, "got 'wifi'"],
  [
    'a veth without its other end',
    { links: [{ name: 'a', kind: 'veth' }] },
    'A link of kind veth needs the option "links[0].peer"',
  ],
  [
    "another kind's setting",
    { links: [{ name: 'a', kind: 'bridge', id: 5 }] },
    'The option "links[0].id" has no effect for a link of kind bridge',
  ],
  [
    'a name twice',
    { links: [{ name: 'a', kind: 'veth', peer: 'a' }] },
    'makes the interface a twice',
  ],
  ['lo', { links: [{ name: 'lo', kind: 'dummy' }] }, 'makes the interface lo twice'],
  [
    'a VLAN of 0',
    { links: [{ name: 'a', kind: 'vlan', parent: 'b', id: 0 }] },
    'from 1 to 4094, got 0',
  ],
  [
    'a wrong prefix',
    { addresses: [{ interface: 'a', address: '10.0.0.1/33' }] },
    'an IP address with a prefix length',
  ],
  [
    'a zone',
    { addresses: [{ interface: 'a', address: 'fe80::1%a/64' }] },
    'an IP address with a prefix length',
  ],
  [
    'a route to nowhere',
    { routes: [{ destination: 'default' }] },
    'a route with a gateway or an interface',
  ],
  [
    'a route of two families',
    { routes: [{ destination: '10.0.0.0/8', gateway: 'fd00::1' }] },
    "of its gateway's family",
  ],
  [
    'a blackhole with a gateway',
    { routes: [{ destination: '10.0.0.0/8', type: 'blackhole', gateway: '10.0.0.1' }] },
    'a route with neither gateway nor interface',
  ],
  [
    'a wrong hardware address',
    { neighbours: [{ interface: 'a', address: '10.0.0.1', hardwareAddress: '02:00' }] },
    "a hardware address such as '02:00:00:00:00:01'",
  ],
])('%s is refused by name', (_, options, message) => {
  expect(() => read(options)).toThrow(message);
});

describe('what is said otherwise', () => {
  test("network: 'host' is namespaces.net: false", () => {
    expect(read({ network: 'host' }).namespaces.net).toBe(false);
    expect(read({ network: 'host', namespaces: { net: false } }).namespaces.net).toBe(false);
  });

  test("network: 'none' is loopback: false", () => {
    expect(read({ network: 'none' }).loopback).toBe(false);
  });

  test('a published port is of TCP and of 127.0.0.1, unless said', () => {
    expect(read({ publish: ['8080:80', '[::1]:53:5353/udp'] }).publish).toEqual([
      { protocol: 'tcp', address: '127.0.0.1', port: 8080, inside: 80 },
      { protocol: 'udp', address: '::1', port: 53, inside: 5353 },
    ]);
  });
});

test('ns-init is told in its words, and of nothing that is not asked for', () => {
  const words = (options: object) =>
    networkArguments(
      toSandboxSpec(read(options), { folders: [], written: [], others: [] }).network,
    ).filter((word) => !/^--(hostname|domainname)=/.test(word));
  expect(words({})).toEqual(['--loopback', '--open-to-users']);
  expect(
    words({
      network: 'none',
      links: [
        { name: 'a', kind: 'veth', peer: 'b', up: false, hardwareAddress: '02:00:00:00:00:01' },
      ],
      addresses: [{ interface: 'a', address: '10.0.0.1' }],
      routes: [{ destination: 'default', gateway: '10.0.0.2' }],
      neighbours: [{ interface: 'a', address: '10.0.0.2', hardwareAddress: '02:00:00:00:00:02' }],
    }),
  ).toEqual([
    '--open-to-users',
    '--link=name=a,kind=veth,peer=b,hardware-address=02:00:00:00:00:01',
    '--address=interface=a,address=10.0.0.1/32',
    '--route=destination=0.0.0.0/0,gateway=10.0.0.2,type=unicast',
    '--neighbour=interface=a,address=10.0.0.2,hardware-address=02:00:00:00:00:02',
  ]);
});
