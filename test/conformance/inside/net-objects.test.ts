import { describe, expect, test } from '@jest/globals';
import { type Agent, ns } from 'ns-jest';
import { eventually } from '../support/eventually';
import { joined, names, netAgent } from '../support/net-agents';

// Events, ids and sockets that name network namespaces.

describe('NET-01 a listener in a new network namespace', () => {
  ns.needs('net.tun').test('receives that an interface made there came and went', () => {
    const agent = netAgent();
    const watch = agent.network.watch();
    agent.network.add({ kind: 'tap', name: 'tap7' });
    expect(watch.events()).toContainEqual(
      expect.objectContaining({ type: 'RTM_NEWLINK', name: 'tap7' }),
    );
    agent.network.remove('tap7');
    expect(watch.events()).toContainEqual(
      expect.objectContaining({ type: 'RTM_DELLINK', name: 'tap7' }),
    );
    watch.close();
  });

  ns.needs('net.veth').test(
    'receives both ends of a pair, and nothing while nothing happens',
    () => {
      const agent = netAgent();
      const watch = agent.network.watch();
      expect(watch.events()).toEqual([]);
      agent.network.add({ kind: 'veth', name: 'one', peer: { name: 'two' } });
      expect(new Set(watch.events().map(({ name }) => name))).toEqual(new Set(['one', 'two']));
      watch.close();
    },
  );
});

ns.needs('net.veth').describe('events and ids', () => {
  test('NET-23 making a device in one namespace sends no event to a third', () => {
    const third = netAgent();
    const watch = third.network.watch();
    const { left, right } = joined();
    left.network.up('left');
    right.network.up('right');
    expect(watch.events()).toEqual([]);
    // It is awake all the same.
    third.network.down('lo');
    expect(watch.events().map(({ name }) => name)).toContain('lo');
  });

  test('NET-23 who listens to all namespaces is told of those that have an id', () => {
    const agent = netAgent();
    const other = netAgent();
    const stranger = netAgent();
    agent.network.setNsid({ agent: other }, 42);
    const watch = agent.network.watch({ allNamespaces: true });
    other.network.add({ kind: 'veth', name: 'known', peer: { name: 'known-end' } });
    stranger.network.add({ kind: 'veth', name: 'unknown', peer: { name: 'unknown-end' } });
    const events = watch.events();
    expect(events).toContainEqual(expect.objectContaining({ name: 'known', nsid: 42 }));
    expect(events.map(({ name }) => name)).not.toContain('unknown');
  });

  test('NET-35 the id of a process’s namespace is the one on the link', () => {
    const { left, right } = joined();
    const id = left.network.nsid({ pid: right.pid });
    expect(id).toBeGreaterThanOrEqual(0);
    expect(left.network.link('left').linkNsid).toBe(id);
    expect(left.network.nsid({ agent: netAgent() })).toBeUndefined();
  });

  test('NET-35 an id is one namespace’s own view: given once, never to two', () => {
    const agent = netAgent();
    const [one, two] = [netAgent(), netAgent()];
    agent.network.setNsid({ agent: one }, 7);
    expect(agent.network.nsid({ agent: one })).toBe(7);
    expect(() => agent.network.setNsid({ agent: one }, 8)).toFailWithErrno('EEXIST');
    expect(() => agent.network.setNsid({ agent: two }, 7)).toFailWithErrno('EEXIST');
    expect(two.network.nsid({ agent: one })).toBeUndefined();
  });

  test('NET-36 a named namespace without processes has its id and its name', () => {
    const agent = ns.agent({ unshare: ['mount', 'net'] });
    agent.mounts.propagation('/', ['MS_REC', 'MS_PRIVATE']);
    agent.mounts.mount({ source: 'scratch', target: '/tmp', type: 'tmpfs' });
    agent.fs.writeFile('/tmp/name', '');
    const other = agent.clone({ unshare: ['net'] });
    const inode = other.namespaces.id('net');
    agent.namespaces.pin('net', '/tmp/name', other.pid);
    other.end();
    const fd = agent.fs.open('/tmp/name');
    agent.network.setNsid({ fd }, 5);
    agent.fs.close(fd);
    const again = agent.fs.open('/tmp/name');
    expect(agent.network.nsid({ fd: again })).toBe(5);
    expect(agent.fs.fstat(again).ino).toBe(inode);
    expect(agent.mounts.get('/tmp/name')).toMatchObject({ type: 'nsfs', root: `net:[${inode}]` });
  });
});

describe('a socket', () => {
  const kinds = [
    { family: 'AF_INET', type: 'SOCK_STREAM', protocol: 0 },
    { family: 'AF_INET', type: 'SOCK_DGRAM', protocol: 0 },
    { family: 'AF_INET', type: 'SOCK_RAW', protocol: 1 },
    { family: 'AF_UNIX', type: 'SOCK_STREAM', protocol: 0 },
  ] as const;

  test.each(kinds)(
    'NET-29 of $family $type names its network namespace',
    ({ family, type, protocol }) => {
      const agent = netAgent();
      const fd = agent.network.namespaceOf(agent.network.socket(family, type, protocol));
      expect(agent.fs.fstat(fd).ino).toBe(agent.namespaces.id('net'));
      expect(agent.ioctl.type(fd)).toBe('net');
    },
  );

  test('NET-29 names the one that it was made in, wherever its process goes', () => {
    const agent = netAgent();
    const before = agent.namespaces.id('net');
    const socket = agent.network.socket('AF_INET');
    agent.unshare(['net']);
    expect(agent.namespaces.id('net')).not.toBe(before);
    expect(agent.fs.fstat(agent.network.namespaceOf(socket)).ino).toBe(before);
  });

  test('NET-31 from a dead process keeps its namespace alive and enterable', () => {
    const agent = ns.agent();
    const other = netAgent();
    const inode = other.namespaces.id('net');
    other.network.addAddress('lo', '10.99.0.1/32');
    const socket = other.passDescriptor(other.network.socket('AF_INET'), agent);
    other.end();
    const visitor = agent.clone();
    visitor.setns(visitor.network.namespaceOf(socket), ['net']);
    expect(visitor.namespaces.id('net')).toBe(inode);
    expect(visitor.network.addresses().map(({ address }) => address)).toContain('10.99.0.1');
  });

  test('NET-32 asked of what is no socket is ENOTTY', () => {
    const agent = netAgent();
    for (const path of ['/tmp', '/dev/null', '/proc/self/ns/net']) {
      const fd = agent.fs.open(path);
      expect(() => agent.network.namespaceOf(fd)).toFailWithErrno('ENOTTY');
    }
    expect(() => agent.network.namespaceOf(9999)).toFailWithErrno('EBADF');
  });

  test('NET-32 asked without CAP_NET_ADMIN there is EPERM', () => {
    const agent = netAgent();
    const socket = agent.network.socket('AF_INET');
    agent.user.setCapabilities({ effective: [] });
    expect(() => agent.network.namespaceOf(socket)).toFailWithErrno('EPERM');
  });

  ns.needs('pidfd').test('NET-33 of a process leads into its network namespace', () => {
    const agent = ns.agent();
    const other = netAgent();
    const socket = other.network.socket('AF_INET', 'SOCK_DGRAM');
    const copy = agent.pidfd.getfd(agent.pidfd.open(other.pid), socket);
    agent.setns(agent.network.namespaceOf(copy), ['net']);
    expect(agent.namespaces.id('net')).toBe(other.namespaces.id('net'));
  });

  test.each(['SOCK_STREAM', 'SOCK_DGRAM'] as const)(
    'NET-38 %s with a path as its address works across namespaces',
    (type) => {
      const { here, there } = unixPair();
      const where = { path: '/tmp/socket' };
      const server = there.network.listen(where, type);
      const client = here.network.dial(where, type);
      here.network.send(client, 'across');
      const from = type === 'SOCK_STREAM' ? there.network.accept(server) : server;
      expect(there.network.receive(from).toString()).toBe('across');
    },
  );

  test.each(['SOCK_STREAM', 'SOCK_DGRAM'] as const)(
    'NET-38 %s with an abstract address does not',
    (type) => {
      const { here, there } = unixPair();
      const where = { abstract: 'ns-jest-conformance' };
      there.network.listen(where, type);
      expect(() => here.network.dial(where, type)).toFailWithErrno('ECONNREFUSED');
      expect(() => there.network.dial(where, type)).not.toThrow();
      expect(() => here.network.listen(where, type)).not.toThrow();
    },
  );

  ns.needs('net.cookie').test(
    'NET-39 tells the cookie of its namespace: never 0, never another’s',
    () => {
      const agent = netAgent();
      const one = agent.network.cookie(agent.network.socket('AF_INET', 'SOCK_DGRAM'));
      const same = agent.network.cookie(agent.network.socket('AF_INET', 'SOCK_STREAM'));
      agent.unshare(['net']);
      const other = agent.network.cookie(agent.network.socket('AF_INET', 'SOCK_DGRAM'));
      expect(one).not.toBe(0n);
      expect(other).not.toBe(0n);
      expect(same).toBe(one);
      expect(other).not.toBe(one);
    },
  );
});

/** Two agents of one mount namespace with an empty /tmp, in two network namespaces. */
function unixPair(): { here: Agent; there: Agent } {
  const here = ns.agent({ unshare: ['mount'] });
  here.mounts.propagation('/', ['MS_REC', 'MS_PRIVATE']);
  here.mounts.mount({ source: 'scratch', target: '/tmp', type: 'tmpfs' });
  return { here, there: here.clone({ unshare: ['net'] }) };
}

describe('kinds of interfaces', () => {
  ns.needs('net.bridge').test('NET-41 a bridge cannot be moved to another namespace', () => {
    const agent = netAgent();
    agent.network.add({ kind: 'bridge', name: 'br7' });
    const other = netAgent();
    expect(() => agent.network.move('br7', { agent: other })).toFailWithErrno('EINVAL');
    expect(names(agent)).toEqual(['br7', 'lo']);
    expect(names(other)).toEqual(['lo']);
  });

  ns.needs('net.bridge', 'net.veth').test('NET-41 what is in a bridge leaves it by moving', () => {
    const agent = netAgent();
    agent.network.add({ kind: 'bridge', name: 'br7' });
    agent.network.add({ kind: 'veth', name: 'port', peer: { name: 'end' } });
    agent.network.setMaster('port', 'br7');
    const other = netAgent();
    agent.network.move('port', { agent: other });
    expect(other.network.link('port').master).toBe(0);
  });

  ns.needs('net.macvlan').test(
    'NET-42 a macvlan of a device here can live in another namespace',
    () => {
      const { left, right } = joined();
      const guest = netAgent();
      left.network.up('left');
      right.network.up('right');
      right.network.addAddress('right', '10.4.0.1/24');
      left.network.add({
        kind: 'macvlan',
        name: 'guest',
        link: 'left',
        namespace: { agent: guest },
      });
      expect(names(left)).toEqual(['left', 'lo']);
      expect(guest.network.link('guest').linkNsid).toBe(guest.network.nsid({ agent: left }));
      guest.network.addAddress('guest', '10.4.0.2/24');
      guest.network.up('guest');
      expect(guest.network.ping('10.4.0.1')).toBe(true);
    },
  );

  ns.needs('net.macvlan').test('NET-42 and goes when its device goes', async () => {
    const { left } = joined();
    const guest = netAgent();
    left.network.add({ kind: 'macvlan', name: 'guest', link: 'left', namespace: { agent: guest } });
    left.network.remove('left');
    expect(await eventually(() => !names(guest).includes('guest'))).toBe(true);
  });
});
