import fs from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

const failure = (code: string) => expect.objectContaining({ code });
const inOwnNetwork = () => ns.agent({ unshare: ['user', 'net'] });

/** Two namespaces of one user namespace, joined by a veth pair: 10.0.0.1 and 10.0.0.2. */
function pair() {
  const left = inOwnNetwork();
  const right = left.clone({ unshare: ['net'] });
  left.network.add({
    kind: 'veth',
    name: 'left0',
    peer: { name: 'right0', namespace: { agent: right } },
  });
  left.network.addAddress('left0', '10.0.0.1/24');
  right.network.addAddress('right0', '10.0.0.2/24');
  left.network.addAddress('left0', 'fd00::1/64');
  right.network.addAddress('right0', 'fd00::2/64');
  left.network.up('left0');
  right.network.up('right0');
  return { left, right };
}

test('a fresh namespace has loopback alone, which answers once it is up', () => {
  const { network } = inOwnNetwork();
  expect(network.links()).toMatchObject([{ name: 'lo', up: false, mtu: 65536 }]);
  expect(() => network.ping('127.0.0.1')).toThrow(failure('ENETUNREACH'));
  network.up('lo');
  expect(network.link('lo').up).toBe(true);
  expect(network.ping('127.0.0.1')).toBe(true);
  expect(network.ping('::1')).toBe(true);
});

describe('two namespaces joined by a veth pair', () => {
  test('reach each other, over IPv4 and IPv6', () => {
    const { left, right } = pair();
    expect(left.network.ping('10.0.0.2')).toBe(true);
    expect(right.network.ping('fd00::1')).toBe(true);
    expect(left.network.ping('10.0.0.3', { timeout: 50 })).toBe(false);
  });

  test('know each other by an id', () => {
    const { left, right } = pair();
    const id = left.network.nsid({ agent: right });
    expect(id).toBeGreaterThanOrEqual(0);
    expect(left.network.link('left0').linkNsid).toBe(id);
  });

  test('talk over TCP', () => {
    const { left, right } = pair();
    const listener = left.network.listen({ address: '10.0.0.1', port: 80 });
    const client = right.network.dial({ address: '10.0.0.1', port: 80 });
    const server = left.network.accept(listener);
    right.network.send(client, 'hello');
    expect(left.network.receive(server).toString()).toBe('hello');
    expect(left.network.address(server)).toEqual({ address: '10.0.0.1', port: 80 });
  });

  test('route', () => {
    const { left } = pair();
    left.network.addRoute({ destination: '10.1.0.0/16', gateway: '10.0.0.2' });
    expect(() => left.network.addRoute({ destination: 'default', gateway: '10.9.0.1' })).toThrow(
      failure('ENETUNREACH'),
    );
    left.network.removeRoute({ destination: '10.1.0.0/16', gateway: '10.0.0.2' });
  });
});

describe('links', () => {
  test('are made, renamed, moved and removed', () => {
    const here = inOwnNetwork();
    const there = here.clone({ unshare: ['net'] });
    here.network.add({ kind: 'veth', name: 'a', mtu: 1400, peer: { name: 'b' }, index: 70 });
    expect(here.network.link('a')).toMatchObject({ index: 70, kind: 'veth', mtu: 1400 });
    here.network.rename('a', 'c');
    here.network.addAltname('c', 'a-longer-name-than-fits');
    expect(here.network.link('a-longer-name-than-fits').name).toBe('c');
    here.network.setAddress('c', '02:00:00:00:00:01');
    here.network.move('c', { agent: there }, { name: 'd' });
    expect(there.network.link('d')).toMatchObject({ address: '02:00:00:00:00:01' });
    expect(() => here.network.link('c')).toThrow(failure('ENODEV'));
    here.network.remove('b');
    expect(there.network.links()).toHaveLength(1);
  });

  ns.needs('net.tun').test('of a device file are as any other', () => {
    const here = inOwnNetwork();
    const there = here.clone({ unshare: ['net'] });
    here.network.add({ kind: 'bridge', name: 'br0' });
    here.network.add({ kind: 'tap', name: 'tap0', mtu: 1300, master: 'br0' });
    expect(here.network.link('tap0')).toMatchObject({
      mtu: 1300,
      master: here.network.link('br0').index,
    });
    expect(() => here.network.add({ kind: 'tap', name: 'tap0' })).toThrow(/TUNSETIFF/);
    here.network.add({ kind: 'tun', name: 'tun0', namespace: { agent: there } });
    expect(there.network.link('tun0').mtu).toBe(1500);
    expect(() => here.network.add({ kind: 'tap', name: 'tap1', master: 'none' })).toThrow(
      failure('ENODEV'),
    );
    expect(here.network.links().map(({ name }) => name)).toStrictEqual(['lo', 'br0', 'tap0']);
    expect(() => here.network.add({ kind: 'tap', name: 'tap1', index: 7 })).toThrow(/"index"/);
  });

  test('a bridge has ports, and cannot be moved', () => {
    const here = inOwnNetwork();
    const there = here.clone({ unshare: ['net'] });
    here.network.add({ kind: 'bridge', name: 'br0' });
    here.network.add({ kind: 'veth', name: 'a', master: 'br0', peer: { name: 'b' } });
    expect(here.network.link('a').master).toBe(here.network.link('br0').index);
    here.network.setMaster('a', null);
    expect(here.network.link('a').master).toBe(0);
    expect(() => here.network.move('br0', { agent: there })).toThrow(failure('EINVAL'));
  });

  test('the kernel explains what it refuses', () => {
    const { network } = inOwnNetwork();
    expect(() => network.addAddress('lo', '10.0.0.1/24')).not.toThrow();
    expect(() => network.addAddress('lo', '10.0.0.1/24')).toThrow(failure('EEXIST'));
    expect(() => network.addAddress('lo', '10.0.0')).toThrow(TypeError);
    expect(() => network.add({ kind: 'veth', name: 'lo', peer: { name: 'x' } })).toThrow(
      expect.objectContaining({ code: 'EEXIST', syscall: 'RTM_NEWLINK', interface: 'lo' }),
    );
  });

  test('events tell of links that come and go', () => {
    const { network } = inOwnNetwork();
    const watch = network.watch();
    network.add({ kind: 'bridge', name: 'br0' });
    network.remove('br0');
    const types = watch.events().map(({ type, name }) => `${type} ${name}`);
    expect(types).toContain('RTM_NEWLINK br0');
    expect(types.at(-1)).toBe('RTM_DELLINK br0');
    watch.close();
  });

  test('are set up by ioctl', () => {
    const { network } = inOwnNetwork();
    network.ioctlAddAddress('lo', '127.0.0.9/8');
    network.ioctlUp('lo');
    expect(network.addresses()).toContainEqual({
      index: 1,
      address: '127.0.0.9',
      prefixLength: 8,
    });
    expect(network.ping('127.0.0.9')).toBe(true);
  });
});

describe('sockets', () => {
  test('of unix reach across network namespaces by path, not by abstract name', () => {
    const here = ns.agent();
    const there = inOwnNetwork();
    const path = here.network.listen({ path: '/tmp/reached.sock' });
    const client = there.network.dial({ path: '/tmp/reached.sock' });
    there.network.send(client, 'hello');
    expect(here.network.receive(here.network.accept(path)).toString()).toBe('hello');
    here.network.listen({ abstract: 'reached' });
    expect(() => there.network.dial({ abstract: 'reached' })).toThrow(
      expect.objectContaining({ code: 'ECONNREFUSED', syscall: 'connect', abstract: 'reached' }),
    );
    fs.unlinkSync('/tmp/reached.sock');
  });

  test('name their network namespace', () => {
    const agent = inOwnNetwork();
    const socket = agent.network.socket('AF_INET', 'SOCK_DGRAM');
    const namespace = agent.network.namespaceOf(socket);
    expect(agent.fs.fstat(namespace).ino).toBe(agent.namespaces.id('net'));
    const other = inOwnNetwork();
    const elsewhere = other.network.socket('AF_INET', 'SOCK_DGRAM');
    expect(agent.network.cookie(socket)).not.toBe(other.network.cookie(elsewhere));
    expect(() => agent.network.namespaceOf(0)).toThrow(failure('ENOTTY'));
  });
});
