import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { afterEach, expect, test } from '@jest/globals';
import { type InterfaceRequest, isSystemError, ns } from 'ns-jest';

afterEach(() => {
  for (const { name } of ns.interfaces.list()) {
    // A veth's other end goes with it.
    if (name !== 'lo' && named(name)) ns.interfaces.remove(name);
  }
});

function named(name: string) {
  return ns.interfaces.list().find((found) => found.name === name);
}

/** A process in a net namespace of its own. */
async function neighbour() {
  const child = spawn('unshare', ['--net', 'sh', '-c', 'echo ready; cat'], { stdio: 'pipe' });
  await once(child.stdout, 'data');
  const pid = child.pid as number;
  return {
    pid,
    ip: async (...args: string[]) =>
      (await ns.run('nsenter', [`--net=/proc/${pid}/ns/net`, 'ip', ...args])).stdout,
    async end() {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}

test('a veth pair carries packets to another net namespace, which knows its peer', async () => {
  const other = await neighbour();
  ns.interfaces.add({
    kind: 'veth',
    name: 'left',
    mtu: 1400,
    address: '02:00:00:00:00:01',
    peer: { name: 'right', namespace: { pid: other.pid }, address: '02:00:00:00:00:02' },
  });
  expect(named('left')).toMatchObject({
    kind: 'veth',
    state: 'down',
    mtu: 1400,
    address: '02:00:00:00:00:01',
    link: expect.stringMatching(/^if\d+$/),
  });
  expect(named('right')).toBeUndefined();
  expect(ns.namespaces.list({ type: 'net' })).toContainEqual(
    expect.objectContaining({ pid: other.pid, netnsId: expect.any(Number) }),
  );
  ns.addresses.add({ interface: 'left', address: '10.1.0.1/24' });
  ns.interfaces.up('left');
  await other.ip('addr', 'add', '10.1.0.2/24', 'dev', 'right');
  await other.ip('link', 'set', 'right', 'up');
  expect(await other.ip('link', 'show', 'right')).toContain('link/ether 02:00:00:00:00:02');

  ns.neighbours.add({ interface: 'left', address: '10.1.0.2', linkAddress: '02:00:00:00:00:02' });
  expect(ns.neighbours.list({ family: 'inet' })).toStrictEqual([
    {
      interface: 'left',
      family: 'inet',
      address: '10.1.0.2',
      linkAddress: '02:00:00:00:00:02',
      state: 'permanent',
    },
  ]);
  expect(() =>
    ns.neighbours.add({ interface: 'left', address: '10.1.0.2', linkAddress: '02:00:00:00:00:03' }),
  ).toThrow(expect.objectContaining({ code: 'EEXIST', syscall: 'RTM_NEWNEIGH' }));
  ns.neighbours.remove({ interface: 'left', address: '10.1.0.2' });
  expect(() => ns.neighbours.remove({ interface: 'left', address: '10.1.0.9' })).toThrow(
    expect.objectContaining({ code: 'ENOENT', syscall: 'RTM_DELNEIGH', address: '10.1.0.9' }),
  );

  await other.end();
});

test('a neighbour of IPv6 is found by its address, however it is written', () => {
  ns.interfaces.add({ kind: 'bridge', name: 'br0' });
  ns.interfaces.up('br0');
  ns.neighbours.add({
    interface: 'br0',
    address: 'fd00:0::1:0:10.0.0.1',
    linkAddress: '02:00:00:00:00:0A',
  });
  expect(ns.neighbours.list({ family: 'inet6' })).toContainEqual({
    interface: 'br0',
    family: 'inet6',
    address: 'fd00::1:0:a00:1',
    linkAddress: '02:00:00:00:00:0a',
    state: 'permanent',
  });
});

test('a bridge has ports, and gives them back', () => {
  ns.interfaces.add({ kind: 'bridge', name: 'br0' });
  ns.interfaces.add({ kind: 'veth', name: 'a', master: 'br0', peer: { name: 'b' } });
  expect(named('a')).toMatchObject({ master: 'br0', link: 'b' });
  ns.interfaces.setMaster('b', 'br0');
  expect(named('b')).toMatchObject({ master: 'br0' });
  ns.interfaces.setMaster('b', null);
  expect(named('b')).not.toHaveProperty('master');
  expect(() => ns.interfaces.setMaster('a', 'lo')).toThrow(
    expect.objectContaining({ code: 'ENOTSUP', interface: 'a', master: 'lo' }),
  );
  ns.interfaces.remove('a');
  expect(named('b')).toBeUndefined();
});

test('an interface is renamed, and found by further names', () => {
  ns.interfaces.add({ kind: 'bridge', name: 'br0' });
  ns.interfaces.rename('br0', 'lan');
  expect(named('br0')).toBeUndefined();
  ns.interfaces.addAltname('lan', 'the-network-of-the-second-floor');
  expect(named('lan')).toMatchObject({ altnames: ['the-network-of-the-second-floor'] });
  ns.interfaces.removeAltname('lan', 'the-network-of-the-second-floor');
  expect(named('lan')).not.toHaveProperty('altnames');
  ns.interfaces.setAddress('lan', '02:00:00:00:00:09');
  expect(named('lan')).toMatchObject({ address: '02:00:00:00:00:09' });
  expect(() => ns.interfaces.rename('lan', 'lo')).toThrow(
    expect.objectContaining({ code: 'EEXIST', interface: 'lan', to: 'lo' }),
  );
});

test('an interface moves to another net namespace, under another name', async () => {
  const other = await neighbour();
  ns.interfaces.add({ kind: 'veth', name: 'a', peer: { name: 'b' } });
  ns.interfaces.move('b', { path: `/proc/${other.pid}/ns/net` }, { name: 'eth0' });
  expect(named('b')).toBeUndefined();
  expect(await other.ip('-br', 'link')).toMatch(/^eth0@/m);
  expect(() => ns.interfaces.move('lo', { pid: other.pid })).toThrow(
    expect.objectContaining({ code: 'EINVAL', interface: 'lo' }),
  );
  // It ends with the net namespace that its other end is in.
  await other.end();
});

test('an interface can be made in another net namespace at once', async () => {
  const other = await neighbour();
  const there = ns.namespaces.open({ namespace: 'net', pid: other.pid });
  ns.interfaces.add({ kind: 'bridge', name: 'br7', namespace: { fd: there.fd } });
  there.close();
  expect(named('br7')).toBeUndefined();
  expect(await other.ip('-br', 'link')).toMatch(/^br7 /m);
  await other.end();
});

/** The host decides who may open it: for everybody on most, for root alone on some. */
function mayOpenTun(): boolean {
  try {
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

const KINDS: [InterfaceRequest, object][] = [
  [{ kind: 'bridge', name: 'x' }, { kind: 'bridge' }],
  [{ kind: 'dummy', name: 'x' }, { kind: 'dummy' }],
  [{ kind: 'ifb', name: 'x' }, { kind: 'ifb' }],
  [
    { kind: 'tun', name: 'x', mtu: 1300 },
    { kind: 'tun', type: 'none', mtu: 1300 },
  ],
  [
    { kind: 'tap', name: 'x' },
    { kind: 'tun', type: 'ether' },
  ],
  [
    { kind: 'macvlan', name: 'x', link: 'base', mode: 'private' },
    { kind: 'macvlan', link: 'base' },
  ],
  [
    { kind: 'ipvlan', name: 'x', link: 'base' },
    { kind: 'ipvlan', link: 'base' },
  ],
  [
    { kind: 'vlan', name: 'x', link: 'base', id: 7 },
    { kind: 'vlan', link: 'base' },
  ],
  [{ kind: 'vrf', name: 'x', table: 100 }, { kind: 'vrf' }],
  [
    { kind: 'vxlan', name: 'x', id: 9, remote: '10.0.0.9', local: 'fd00::1', port: 1234 },
    { kind: 'vxlan' },
  ],
  [{ kind: 'vxlan', name: 'x', id: 9, remote: '10.0.0.9', local: '10.0.0.1' }, { kind: 'vxlan' }],
];

test.each(KINDS)('%j is made, or refused with the kernel’s own words', (request, expected) => {
  ns.interfaces.add({ kind: 'bridge', name: 'base' });
  try {
    ns.interfaces.add(request);
  } catch (error) {
    // Not every kernel has every kind, and of a mixed pair of addresses none.
    expect(isSystemError(error)).toBe(true);
    expect(error).toMatchObject({ interface: 'x', kind: request.kind });
    const tun = request.kind === 'tun' || request.kind === 'tap';
    const codes = tun && !mayOpenTun() ? ['EACCES', 'ENOENT'] : ['ENOTSUP', 'EINVAL'];
    expect(codes).toContain((error as { code: string }).code);
    expect(named('x')).toBeUndefined();
    return;
  }
  expect(named('x')).toMatchObject(expected);
});

test('kinds that every kernel with containers has are made', () => {
  ns.interfaces.add({ kind: 'bridge', name: 'x' });
  ns.interfaces.add({ kind: 'veth', name: 'y', peer: { name: 'z' } });
  expect(['x', 'y', 'z'].map((name) => named(name)?.kind)).toEqual(['bridge', 'veth', 'veth']);
});

test('refusals name the interface, and leave nothing', () => {
  const taken = () => ns.interfaces.add({ kind: 'veth', name: 'lo', peer: { name: 'b' } });
  expect(taken).toThrow(
    expect.objectContaining({
      code: 'EEXIST',
      syscall: 'RTM_NEWLINK',
      interface: 'lo',
      kind: 'veth',
    }),
  );
  const noMaster = () =>
    ns.interfaces.add({ kind: mayOpenTun() ? 'tun' : 'bridge', name: 't0', master: 'nowhere' });
  expect(noMaster).toThrow(expect.objectContaining({ code: 'ENODEV', interface: 'nowhere' }));
  const noNamespace = () =>
    ns.interfaces.add({
      kind: 'veth',
      name: 'a',
      peer: { name: 'b', namespace: { pid: 2 ** 31 - 1 } },
    });
  expect(noNamespace).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  const noNetNamespace = () =>
    ns.interfaces.add({
      kind: 'bridge',
      name: 'a',
      namespace: { path: '/proc/self/ns/uts' },
    });
  expect(noNetNamespace).toThrow(expect.objectContaining({ code: 'EINVAL', interface: 'a' }));
  expect(() => ns.interfaces.remove('lo')).toThrow(
    expect.objectContaining({ code: 'ENOTSUP', syscall: 'RTM_DELLINK' }),
  );
  expect(ns).toHaveOnlyInterfaces(['lo']);
});

test('kernel parameters are read and set, and refused as the kernel refuses', () => {
  ns.sysctl.set('net.ipv4.ip_forward', 1);
  expect(ns.sysctl.get('net/ipv4/ip_forward')).toBe('1');
  ns.sysctl.set('net.ipv4.ip_forward', '0');
  ns.interfaces.add({ kind: 'bridge', name: 'br.7' });
  ns.sysctl.set('net.ipv4.conf.br/7.forwarding', 1);
  expect(ns.sysctl.get('net/ipv4/conf/br.7/forwarding')).toBe('1');
  expect(() => ns.sysctl.set('net.ipv4.ip_forward', 'much')).toThrow(
    expect.objectContaining({
      code: 'EINVAL',
      syscall: 'write',
      path: '/proc/sys/net/ipv4/ip_forward',
    }),
  );
  expect(() => ns.sysctl.get('net.ipv4.nothing')).toThrow(
    expect.objectContaining({ code: 'ENOENT' }),
  );
  // The host's: read-only for real root, not an ordinary user's at all.
  expect(() => ns.sysctl.set('vm.swappiness', 60)).toThrow(
    expect.objectContaining({ code: expect.stringMatching(/^(EROFS|EACCES|EPERM)$/) }),
  );
  expect(() => ns.sysctl.get('../self/environ')).toThrow(TypeError);
});

test('a throw route makes the kernel look on, and find nothing', () => {
  ns.routes.add({ destination: '192.0.2.0/24', type: 'throw' });
  expect(ns).toHaveRoute({ destination: '192.0.2.0/24', type: 'throw' });
  ns.routes.remove({ destination: '192.0.2.0/24', type: 'throw' });
  expect(ns).not.toHaveRoute('192.0.2.0/24');
});
