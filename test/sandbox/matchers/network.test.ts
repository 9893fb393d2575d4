import { expect, test } from '@jest/globals';
import { ns } from 'ns-jest';

test('the default sandbox has the loopback interface alone, and it is up', () => {
  expect(ns).toHaveInterface({ name: 'lo', state: 'up' });
  expect(ns).toHaveOnlyInterfaces(['lo']);
  expect(ns).not.toHaveInterface('eth0');
  expect(() => expect(ns).toHaveOnlyInterfaces(['lo', 'eth0'])).toThrow('Missing: ');
});

test('the default sandbox has both loopback addresses, and can say so', () => {
  expect(ns).toHaveAddress('127.0.0.1');
  expect(ns).toHaveAddress('127.0.0.1/8');
  expect(ns).toHaveAddress('0:0:0:0:0:0:0:1/128');
  expect(ns).toHaveAddress({ address: '::1', interface: 'lo' });
  expect(ns).not.toHaveAddress('10.0.0.1');
  expect(() => expect(ns).toHaveAddress('10.0.0.1')).toThrow('127.0.0.1/8 dev lo scope host');
});

test('the default sandbox has no way out', () => {
  expect(ns).not.toHaveRoute('default');
  expect(ns).not.toHaveRoute('0.0.0.0/0');
});

test('neighbours, kernel parameters and namespaces are what the kernel says', () => {
  ns.interfaces.add({ kind: 'bridge', name: 'br0' });
  ns.neighbours.add({ interface: 'br0', address: '10.0.0.2', linkAddress: '02:00:00:00:00:02' });
  expect(ns).toHaveInterface({ name: 'br0', kind: 'bridge', state: 'down' });
  expect(ns).toHaveNeighbour({ address: '10.0.0.2', state: 'permanent' });
  ns.interfaces.remove('br0');
  expect(ns).not.toHaveNeighbour('10.0.0.2');
  ns.sysctl.set('net.ipv4.ip_forward', 1);
  expect(ns).toHaveSysctl('net.ipv4.ip_forward', 1);
  expect(ns).toHaveNamespace({ type: 'net', inode: ns.namespaces.ids().net as number, pid: 1 });
  expect(ns).toShareNamespacesWith(1);
});
