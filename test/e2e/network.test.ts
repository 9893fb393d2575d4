/** What is made inside of one sandbox, and what cannot be. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { hasLink, hostNetwork } from '../support/network';
import { type JestRun, outcomes, runJest } from '../support/project';

let before: object;
beforeEach(() => {
  before = hostNetwork();
});
afterEach(() => {
  expect(hostNetwork()).toEqual(before);
});

/** Runs one test file with these options; `body` is the body of its one test. */
async function inside(testEnvironmentOptions: object, body: string): Promise<JestRun> {
  const text = `
    const { ns } = require('ns-jest');
    const { execFileSync } = require('node:child_process');
    const ip = (...args) => JSON.parse(execFileSync('ip', ['-json', '-details', ...args], { encoding: 'utf8' }));
    test('it', async () => { ${body} });`;
  return runJest({ 'a.test.js': text }, { preset: 'ns-jest', testEnvironmentOptions });
}

function expectPassed(run: JestRun): void {
  expect(run.stderr).not.toContain('●');
  expect(outcomes(run)).toEqual(['it: passed']);
}

test.each<[string, object, string]>([
  ['by default lo is up', {}, 'up'],
  ["so it is with 'loopback'", { network: 'loopback' }, 'up'],
  ["and with { type: 'loopback' }", { network: { type: 'loopback' } }, 'up'],
  ["with 'none' lo is down", { network: 'none' }, 'down'],
  ['as with loopback: false', { loopback: false }, 'down'],
])('%s', async (_, options, state) => {
  const run = await inside(
    options,
    `expect(ns.interfaces.list()).toEqual([expect.objectContaining({ name: 'lo', state: '${state}' })]);`,
  );
  expectPassed(run);
});

test("'host' is the host's network, as namespaces.net: false", async () => {
  const run = await inside(
    { network: 'host' },
    `expect(ns.namespaces.ids().net).toBe(ns.namespaces.hostIds().net);
     expect(ns.namespaces.ids().uts).not.toBe(ns.namespaces.hostIds().uts);`,
  );
  expectPassed(run);
});

const LINKS = [
  { name: 'br0', kind: 'bridge', hardwareAddress: '02:00:00:00:00:10' },
  { name: 'left', kind: 'veth', peer: 'right', mtu: 1400, master: 'br0' },
];

test('links, addresses, routes and neighbours are made, in this order', async () => {
  const run = await inside(
    {
      links: LINKS,
      addresses: [
        { interface: 'br0', address: '10.1.0.1/24' },
        { interface: 'br0', address: 'fd00:1::1/64' },
      ],
      routes: [
        { destination: '10.2.0.0/16', gateway: '10.1.0.9', metric: 7 },
        { destination: 'default', gateway: 'fd00:1::9' },
        { destination: '10.3.0.0/16', interface: 'right' },
        { destination: '10.4.0.0/16', type: 'unreachable' },
      ],
      neighbours: [{ interface: 'br0', address: '10.1.0.9', hardwareAddress: '02:00:00:00:00:09' }],
    },
    `expect(ip('link', 'show', 'br0')[0]).toMatchObject(
       { address: '02:00:00:00:00:10', linkinfo: { info_kind: 'bridge' }, flags: expect.arrayContaining(['UP']) });
     expect(ip('link', 'show', 'left')[0]).toMatchObject(
       { mtu: 1400, master: 'br0', linkinfo: { info_kind: 'veth' }, operstate: 'UP' });
     expect(ip('link', 'show', 'right')[0]).toMatchObject({ mtu: 1400, operstate: 'UP' });
     const addresses = ns.addresses.list().filter((found) => found.interface === 'br0' && found.scope === 'global');
     expect(addresses.map(({ address, prefixLength }) => address + '/' + prefixLength)).toEqual(['10.1.0.1/24', 'fd00:1::1/64']);
     expect(ns).toHaveRoute({ destination: '10.2.0.0/16', gateway: '10.1.0.9', interface: 'br0', metric: 7 });
     expect(ns.routes.list({ family: 'inet6' })).toContainEqual(
       expect.objectContaining({ destination: 'default', gateway: 'fd00:1::9' }));
     expect(ns).toHaveRoute({ destination: '10.3.0.0/16', interface: 'right' });
     expect(ns).toHaveRoute({ destination: '10.4.0.0/16', type: 'unreachable' });
     expect(ip('neigh', 'show', 'dev', 'br0')).toContainEqual(
       expect.objectContaining({ dst: '10.1.0.9', lladdr: '02:00:00:00:00:09', state: ['PERMANENT'] }));
     // An IPv6 address can be used at once.
     const server = require('node:net').createServer().listen(0, 'fd00:1::1');
     await require('node:events').once(server, 'listening');
     server.close();`,
  );
  expectPassed(run);
});

test('a link can stay down', async () => {
  const run = await inside(
    { links: [{ name: 'br0', kind: 'bridge', up: false }] },
    `expect(ns.interfaces.list()).toContainEqual(expect.objectContaining({ name: 'br0', state: 'down' }));`,
  );
  expectPassed(run);
});

/** A link of each kind, with how ip-link(8) would make it on a bridge ns-jest-a. */
const KINDS: [string, string[], object, object][] = [
  ['dummy', ['type', 'dummy'], {}, {}],
  ['ifb', ['type', 'ifb'], {}, {}],
  [
    'macvlan',
    ['link', 'ns-jest-a', 'type', 'macvlan'],
    { parent: 'br0', mode: 'private' },
    { info_data: { mode: 'private' } },
  ],
  [
    'vlan',
    ['link', 'ns-jest-a', 'type', 'vlan', 'id', '7'],
    { parent: 'br0', id: 7 },
    { info_data: { id: 7 } },
  ],
  [
    'vxlan',
    ['type', 'vxlan', 'id', '9', 'dstport', '4789'],
    { id: 9, local: '10.1.0.1', remote: '10.1.0.2' },
    { info_data: { id: 9, local: '10.1.0.1', remote: '10.1.0.2', port: 4789 } },
  ],
];

describe.each(KINDS)('a link of kind %s', (kind, words, settings, info) => {
  const links = [
    { name: 'br0', kind: 'bridge' },
    { name: 'it0', kind, ...settings },
  ];
  // Not by NS_JEST_MUST_WORK: a kernel without a kind is no fault, and either answer is tested.
  if (hasLink(...words)) {
    test('is made', async () => {
      const run = await inside(
        { links },
        `expect(ip('link', 'show', 'it0')[0]).toMatchObject(
           { flags: expect.arrayContaining(['UP']), linkinfo: ${JSON.stringify({ info_kind: kind, ...info })} });`,
      );
      expectPassed(run);
    });
  } else {
    test('is one error where the kernel has none', async () => {
      const { stderr, json } = await inside({ links }, '');
      expect(json?.numTotalTests).toBe(0);
      expect(stderr).toContain(`step "make link" 'it0 (${kind})' failed with ENOTSUP`);
      expect(stderr).toContain('This kernel cannot make links of that kind');
    });
  }
});

test.each([
  ['tap', 'ether'],
  ['tun', 'none'],
])('a link of kind %s is made, where /dev/net/tun can be opened', async (kind, type) => {
  const run = await inside(
    { links: [{ name: 'it0', kind }] },
    `expect(ip('link', 'show', 'it0')[0]).toMatchObject(
       { link_type: '${type}', linkinfo: { info_kind: 'tun', info_data: { type: '${kind === 'tun' ? 'tun' : 'tap'}', persist: true } } });`,
  );
  expectPassed(run);
});

test('low ports and ping are open to every user', async () => {
  const run = await inside(
    {},
    `const { readFileSync } = require('node:fs');
     expect(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8').trim()).toBe('0');
     const map = readFileSync('/proc/self/gid_map', 'utf8').trim().split(/\\s+/).map(Number);
     const range = readFileSync('/proc/sys/net/ipv4/ping_group_range', 'utf8').trim().split(/\\s+/).map(Number);
     expect(range).toEqual([map[0], Math.min(map[0] + map[2] - 1, 2 ** 31 - 1)]);
     // A copy is without the capability that the file may have.
     execFileSync('cp', [execFileSync('which', ['ping'], { encoding: 'utf8' }).trim(), '/tmp/ping']);
     execFileSync('setpriv', ['--bounding-set=-all', '--inh-caps=-all', '/tmp/ping', '-c', '1', '-W', '5', '127.0.0.1']);`,
  );
  expectPassed(run);
});

describe('a step that fails names what it was about', () => {
  test.each<[string, object, string]>([
    [
      'an address for an interface that is not there',
      { addresses: [{ interface: 'eth9', address: '10.0.0.1/24' }] },
      'step "give address" \'eth9\' failed with ENODEV',
    ],
    [
      'a gateway that cannot be reached',
      { routes: [{ destination: '10.2.0.0/16', gateway: '10.9.0.9' }] },
      'step "add route" \'10.2.0.0/16\' failed with ENETUNREACH',
    ],
    [
      'a network with bits of a host',
      { routes: [{ destination: '10.2.0.1/16', interface: 'lo' }] },
      'step "add route" \'10.2.0.1/16\' failed with EINVAL',
    ],
    [
      'a master that is no bridge',
      { links: [{ name: 'a', kind: 'veth', peer: 'b', master: 'lo' }] },
      'step "make link" \'a (veth)\' failed with ENOTSUP',
    ],
    [
      'a parent that is not there',
      { links: [{ name: 'a', kind: 'macvlan', parent: 'b' }] },
      'step "make link" \'b\' failed with ENODEV',
    ],
    [
      'a neighbour of an interface that is not there',
      {
        neighbours: [
          { interface: 'eth9', address: '10.0.0.1', hardwareAddress: '02:00:00:00:00:01' },
        ],
      },
      'step "add neighbour" \'eth9\' failed with ENODEV',
    ],
  ])('%s', async (_, options, message) => {
    const { stderr, json, code } = await inside(options, '');
    expect(stderr).toContain(message);
    expect(json?.numTotalTests).toBe(0);
    expect(code).toBe(1);
  });
});
