import { describe, expect, test } from '@jest/globals';
import { ns } from 'ns-jest';
import { connected, netAgent } from '../support/net-agents';

// Packets between network namespaces, and within one.

ns.needs('net.veth').describe('two namespaces joined by a veth pair', () => {
  test('NET-06 reach each other, from either end', () => {
    const { left, right } = connected();
    expect(left.network.ping('10.1.0.2')).toBe(true);
    expect(right.network.ping('10.1.0.1')).toBe(true);
  });

  test('NET-06 no longer do once one end is down', () => {
    const { left, right } = connected();
    expect(left.network.ping('10.1.0.2')).toBe(true);
    right.network.down('right');
    expect(left.network.ping('10.1.0.2', { timeout: 50 })).toBe(false);
  });

  test('NET-06 exchange a stream and datagrams', () => {
    const { left, right } = connected();
    const server = right.network.listen({ address: '10.1.0.2', port: 5000 });
    const client = left.network.dial({ address: '10.1.0.2', port: 5000 });
    const accepted = right.network.accept(server);
    left.network.send(client, 'hello');
    expect(right.network.receive(accepted).toString()).toBe('hello');
    const inbox = left.network.listen({ address: '10.1.0.1', port: 5001 }, 'SOCK_DGRAM');
    const outbox = right.network.socket('AF_INET', 'SOCK_DGRAM');
    right.network.send(outbox, 'datagram', { address: '10.1.0.1', port: 5001 });
    expect(left.network.receive(inbox).toString()).toBe('datagram');
  });

  test('NET-06 a third namespace does not reach them', () => {
    connected();
    const third = netAgent();
    expect(() => third.network.ping('10.1.0.2')).toFailWithErrno('ENETUNREACH');
    expect(() => ns.agent().network.ping('10.1.0.2')).toFailWithErrno('ENETUNREACH');
  });

  ns.needs('net.ipv6').test('NET-08 reach each other over IPv6, from either end', () => {
    const { left, right } = connected('fd00:1::');
    for (const [agent, name] of [
      [left, 'left'],
      [right, 'right'],
    ] as const) {
      // Addresses are added without the search for duplicates; that of the link has it.
      const file = `/proc/sys/net/ipv6/conf/${name}/accept_dad`;
      expect(() => agent.fs.writeFile(file, '0', { flags: 'O_WRONLY' })).not.toThrow();
      expect(agent.fs.readFile(file)).toBe('0\n');
    }
    expect(left.network.ping('fd00:1::2')).toBe(true);
    expect(right.network.ping('fd00:1::1')).toBe(true);
  });

  test('NET-10 a set-up by ioctl works as well', () => {
    const { left, right } = connected();
    // Another network, on the same pair.
    left.network.ioctlAddAddress('left', '10.2.0.1/24');
    right.network.ioctlAddAddress('right', '10.2.0.2/24');
    expect(left.network.ping('10.2.0.2')).toBe(true);
    right.network.down('right');
    expect(left.network.ping('10.2.0.2', { timeout: 50 })).toBe(false);
    right.network.ioctlUp('right');
    expect(left.network.ping('10.2.0.2')).toBe(true);
  });
});

describe('loopback', () => {
  test('NET-09 answers inside once it is up', () => {
    const agent = ns.agent({ unshare: ['net'] });
    expect(() => agent.network.ping('127.0.0.1')).toFailWithErrno('ENETUNREACH');
    agent.network.up('lo');
    expect(agent.network.ping('127.0.0.1')).toBe(true);
    expect(agent.network.ping('127.8.9.10')).toBe(true);
  });

  ns.needs('net.ipv6').test('NET-09 over IPv6, too', () => {
    const agent = netAgent();
    expect(agent.network.ping('::1')).toBe(true);
  });

  test('NET-10 and once it is set up by ioctl', () => {
    const agent = ns.agent({ unshare: ['net'] });
    agent.network.ioctlUp('lo');
    expect(agent.network.link('lo').up).toBe(true);
    expect(agent.network.ping('127.0.0.1')).toBe(true);
  });

  test('NET-13 can be pinged in the sandbox, by a program as well as by a socket', () => {
    expect(ns.agent().network.ping('127.0.0.1')).toBe(true);
  });
});

describe('NET-02 an address for a device of another namespace', () => {
  test('is refused by netlink, for the device is not there', () => {
    const { left, right } = connected();
    const index = left.network.link('left').index;
    expect(() => right.network.addAddress('left', '10.3.0.1/24')).toFailWithErrno('ENODEV');
    // By its number, too, where this namespace has none of that number.
    const far = netAgent();
    expect(far.network.links().map((link) => link.index)).not.toContain(index);
    expect(() => addByIndex(far, index)).toFailWithErrno('ENODEV');
    expect(addressesOf(left)).not.toContain('10.3.0.1');
  });

  test('is refused by ioctl', () => {
    const { left, right } = connected();
    expect(() => right.network.ioctlAddAddress('left', '10.3.0.1/24')).toFailWithErrno('ENODEV');
    expect(() => right.network.ioctlUp('left')).toFailWithErrno('ENODEV');
    expect(addressesOf(left)).not.toContain('10.3.0.1');
  });
});

function addressesOf(agent: ReturnType<typeof netAgent>): string[] {
  return agent.network.addresses().map(({ address }) => address);
}

/** RTM_NEWADDR by hand: the helper looks the number up by name first. rtnetlink(7) */
function addByIndex(agent: ReturnType<typeof netAgent>, index: number): void {
  const { AF, NLM, RTM } = ns.constants;
  const message = ns.struct({
    ...{ length: 'u32', type: 'u16', flags: 'u16', sequence: 'u32', port: 'u32' },
    ...{ family: 'u8', prefixLength: 'u8', ifaFlags: 'u8', scope: 'u8', index: 'u32' },
    ...{ attributeLength: 'u16', attributeType: 'u16', address: 'bytes[4]' },
  });
  const IFA_LOCAL = 2;
  const request = message.pack({
    length: message.size,
    type: RTM.RTM_NEWADDR,
    flags: NLM.NLM_F_REQUEST | NLM.NLM_F_ACK,
    family: AF.AF_INET,
    prefixLength: 24,
    index,
    attributeLength: 8,
    attributeType: IFA_LOCAL,
    address: Buffer.from([10, 3, 0, 1]),
  });
  const fd = agent.network.socket('AF_NETLINK', 'SOCK_RAW');
  agent.network.send(fd, request.bytes);
  const errno = -agent.network.receive(fd).readInt32LE(16);
  if (errno === 0) return;
  const code = Object.entries(ns.constants.E).find(([, number]) => number === errno)?.[0];
  throw Object.assign(new Error(`${code}, RTM_NEWADDR`), { code });
}

test('NET-14 settings of interfaces start at their default in a new namespace', () => {
  const agent = netAgent();
  const file = '/proc/sys/net/ipv4/conf/lo/tag';
  const fresh = agent.clone({ unshare: ['net'] }).fs.readFile(file);
  agent.fs.writeFile(file, '1234', { flags: 'O_WRONLY' });
  expect(agent.fs.readFile(file)).toBe('1234\n');
  for (const via of ['clone', 'unshare'] as const) {
    const child = agent.clone({ unshare: ['net'], via });
    expect(child.fs.readFile(file)).toBe(fresh);
    child.fs.writeFile(file, '99', { flags: 'O_WRONLY' });
    expect(agent.fs.readFile(file)).toBe('1234\n');
  }
  expect(fresh).not.toBe('1234\n');
});

test('NET-40 the same local TCP port can be bound in two namespaces at once', () => {
  const one = netAgent();
  const two = netAgent();
  const where = { address: '127.0.0.1', port: 7777 };
  const server = one.network.listen(where);
  expect(() => one.network.listen(where)).toFailWithErrno('EADDRINUSE');
  const other = two.network.listen(where);
  // Each is reached from its own namespace alone.
  const client = one.network.dial(where);
  one.network.send(client, 'one');
  expect(one.network.receive(one.network.accept(server)).toString()).toBe('one');
  two.fs.close(other);
  expect(() => two.network.dial(where)).toFailWithErrno('ECONNREFUSED');
});

test('NET-43 raw sockets are for root of the user namespace that owns the network namespace', () => {
  const { IPPROTO_ICMP } = ns.constants.IPPROTO;
  const agent = netAgent();
  const raw = (who: typeof agent) => who.network.socket('AF_INET', 'SOCK_RAW', IPPROTO_ICMP);
  expect(() => raw(agent)).not.toThrow();
  const foreign = agent.clone({ unshare: ['user'] });
  expect(foreign.user.capabilities().effective).toContain('CAP_NET_RAW');
  expect(() => raw(foreign)).toFailWithErrno('EPERM');
  const owner = agent.clone({ unshare: ['user', 'net'] });
  expect(() => raw(owner)).not.toThrow();
  owner.user.setCapabilities({ effective: [] });
  expect(() => raw(owner)).toFailWithErrno('EPERM');
});
