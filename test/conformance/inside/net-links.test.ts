import { describe, expect, test } from '@jest/globals';
import { type Agent, ns } from 'ns-jest';
import { eventually } from '../support/eventually';
import { joined, names, netAgent } from '../support/net-agents';

// Interfaces as they come, go and move between network namespaces.

/** Some kind of interface that every kernel with network namespaces has, if any. */
function addPair(agent: Agent, name: string): void {
  agent.network.add({ kind: 'veth', name, peer: { name: `${name}-end` } });
}

describe('NET-11 a new network namespace', () => {
  test.each(['clone', 'unshare'] as const)('by %s contains only loopback, which is down', (via) => {
    const agent = ns.agent({ unshare: ['net'], via });
    expect(agent.network.links()).toMatchObject([{ name: 'lo', index: 1, up: false }]);
    expect(agent.network.addresses()).toEqual([]);
  });

  test('has no routes, neighbours or sockets of the old one', () => {
    const agent = ns.agent({ unshare: ['net'] });
    const port = agent.network.listen({ address: '0.0.0.0', port: 0 });
    const inner = agent.clone({ unshare: ['net'] });
    const lines = (who: Agent, file: string) =>
      who.fs.readFile(`/proc/self/net/${file}`).trim().split('\n').slice(1);
    expect(lines(agent, 'tcp')).toHaveLength(1);
    expect(lines(inner, 'tcp')).toEqual([]);
    expect(lines(inner, 'route')).toEqual([]);
    agent.fs.close(port);
  });
});

test('NET-12 the sandbox was left with loopback up', () => {
  expect(ns.agent().network.link('lo')).toMatchObject({ up: true, index: 1 });
  expect(ns).toHaveAddress('127.0.0.1/8');
});

ns.needs('net.veth').describe('what happens to an interface', () => {
  test('NET-16 moved by netlink it disappears here and appears there', () => {
    const here = netAgent();
    const there = netAgent();
    addPair(here, 'moving');
    here.network.setAddress('moving', '02:00:00:00:00:07');
    here.network.move('moving', { agent: there });
    expect(names(here)).toEqual(['lo', 'moving-end']);
    expect(names(there)).toEqual(['lo', 'moving']);
    expect(there.network.link('moving').address).toBe('02:00:00:00:00:07');
  });

  test('NET-16 by pid, and under a new name', () => {
    const here = netAgent();
    const there = netAgent();
    addPair(here, 'moving');
    here.network.move('moving', { pid: there.pid }, { name: 'arrived' });
    expect(names(there)).toEqual(['arrived', 'lo']);
  });

  test('NET-16 it loses its addresses and is down on arrival', () => {
    const here = netAgent();
    const there = netAgent();
    addPair(here, 'moving');
    here.network.addAddress('moving', '10.9.0.1/24');
    here.network.up('moving');
    here.network.move('moving', { agent: there });
    expect(there.network.link('moving').up).toBe(false);
    expect(there.network.addresses().map(({ address }) => address)).not.toContain('10.9.0.1');
  });

  test('NET-17 a move to a namespace that has the name is EEXIST, and it stays', () => {
    const here = netAgent();
    const there = netAgent();
    addPair(here, 'same');
    addPair(there, 'same');
    const before = there.network.links();
    expect(() => here.network.move('same', { agent: there })).toFailWithErrno('EEXIST');
    expect(names(here)).toContain('same');
    expect(there.network.links()).toEqual(before);
    here.network.move('same', { agent: there }, { name: 'other' });
    expect(names(there)).toContain('other');
  });

  test('NET-17 loopback does not move', () => {
    const here = netAgent();
    const there = netAgent();
    expect(() => here.network.move('lo', { agent: there }, { name: 'lo2' })).toFailWithErrno(
      'EINVAL',
    );
  });

  test('NET-19 an alternative name that is there already blocks the move as well', () => {
    const here = netAgent();
    const there = netAgent();
    addPair(here, 'moving');
    addPair(there, 'resident');
    here.network.addAltname('moving', 'alias');
    there.network.addAltname('resident', 'alias');
    expect(() => here.network.move('moving', { agent: there })).toFailWithErrno('EEXIST');
    expect(here.network.link('alias').name).toBe('moving');
    there.network.removeAltname('resident', 'alias');
    here.network.move('moving', { agent: there });
    expect(there.network.link('alias').name).toBe('moving');
    expect(() => here.network.link('alias')).toFailWithErrno('ENODEV');
  });

  test('NET-19 so does an alternative name that is another one’s name', () => {
    const here = netAgent();
    const there = netAgent();
    addPair(here, 'moving');
    here.network.addAltname('moving', 'resident');
    addPair(there, 'resident');
    expect(() => here.network.move('moving', { agent: there })).toFailWithErrno('EEXIST');
    expect(names(here)).toContain('moving');
  });

  test('NET-21 two namespaces may hold one each of equal name and number', () => {
    const one = netAgent();
    const two = netAgent();
    for (const agent of [one, two]) {
      agent.network.add({
        kind: 'veth',
        name: 'same',
        index: 77,
        peer: { name: 'end', index: 78 },
      });
      expect(agent.network.link('same').index).toBe(77);
    }
    expect(() =>
      one.network.add({ kind: 'veth', name: 'third', index: 77, peer: { name: 'fourth' } }),
    ).toFailWithErrno('EEXIST');
  });

  test('NET-21 also when it is made straight into the other', () => {
    const one = netAgent();
    const two = netAgent();
    one.network.add({ kind: 'veth', name: 'same', index: 77, peer: { name: 'end' } });
    one.network.add({
      kind: 'veth',
      name: 'same',
      index: 77,
      namespace: { agent: two },
      peer: { name: 'end', namespace: { agent: two } },
    });
    expect(one.network.link('same').index).toBe(77);
    expect(two.network.link('same').index).toBe(77);
    expect(names(one)).toEqual(['end', 'lo', 'same']);
    expect(names(two)).toEqual(['end', 'lo', 'same']);
  });

  test('NET-22 each end of a pair reports the id of the other’s namespace', () => {
    const { left, right } = joined();
    expect(left.network.link('left').linkNsid).toBe(left.network.nsid({ agent: right }));
    expect(right.network.link('right').linkNsid).toBe(right.network.nsid({ agent: left }));
    expect(left.network.link('left').link).toBe(right.network.link('right').index);
    expect(right.network.link('right').link).toBe(left.network.link('left').index);
  });

  test('NET-22 and none while both are in one namespace', () => {
    const agent = netAgent();
    addPair(agent, 'one');
    expect(agent.network.link('one').linkNsid).toBeUndefined();
    expect(agent.network.link('one').link).toBe(agent.network.link('one-end').index);
  });

  test('NET-25 one given to another namespace is usable there', () => {
    const here = netAgent();
    const there = netAgent();
    addPair(here, 'given');
    here.network.move('given', { agent: there });
    there.network.addAddress('given', '10.8.0.2/24');
    there.network.up('given');
    here.network.addAddress('given-end', '10.8.0.1/24');
    here.network.up('given-end');
    expect(there.network.ping('10.8.0.1')).toBe(true);
    expect(here.network.ping('10.8.0.2')).toBe(true);
  });

  test('NET-27 it is destroyed with its namespace, and the other end of a pair with it', async () => {
    const { left, right } = joined();
    const watch = left.network.watch();
    right.end();
    const gone = () => !names(left).includes('left');
    expect(await eventually(gone)).toBe(true);
    expect(watch.events()).toContainEqual(
      expect.objectContaining({ type: 'RTM_DELLINK', name: 'left' }),
    );
  });

  test('NET-28 it is moved back from a namespace that is kept alive by a file', () => {
    const agent = ns.agent({ unshare: ['mount', 'net'] });
    agent.mounts.propagation('/', ['MS_REC', 'MS_PRIVATE']);
    agent.mounts.mount({ source: 'scratch', target: '/tmp', type: 'tmpfs' });
    const there = agent.clone({ unshare: ['net'] });
    addPair(agent, 'moving');
    agent.network.move('moving', { agent: there });
    agent.fs.writeFile('/tmp/name', '');
    agent.namespaces.pin('net', '/tmp/name', there.pid);
    const home = agent.namespaces.open('net');
    there.end();
    // Nobody is in there any more.
    const visitor = agent.clone();
    visitor.setns(visitor.fs.open('/tmp/name'), ['net']);
    expect(names(visitor)).toEqual(['lo', 'moving']);
    // The child has a copy of the maker's descriptor, too.
    visitor.network.move('moving', { fd: home });
    expect(names(agent)).toEqual(['lo', 'moving', 'moving-end']);
    expect(names(visitor)).toEqual(['lo']);
  });
});
