// Checked by `tsc -p test/types`, never run: the matchers on the expect of @jest/globals.
import { expect } from '@jest/globals';
import { ns } from '../../src/helpers';
import { matchers } from '../../src/matchers';

expect.extend(matchers);

expect(ns).toBeIsolatedFromHost();
expect(ns).toBeIsolatedFromHost(['net', 'uts']);
// @ts-expect-error /proc calls it mnt, the options call it mount
expect(ns).toBeIsolatedFromHost(['mnt']);

expect(ns).toHaveHostname('web-1');
expect(ns).not.toHaveHostname(/^db-/);
expect(ns).toHaveHostname(expect.stringContaining('web'));
// @ts-expect-error a hostname is needed
expect(ns).toHaveHostname();
// @ts-expect-error a hostname is text
expect(ns).toHaveHostname(1);
expect(ns).toHaveDomainname('example.org');

expect(ns).toHaveProcess('nginx');
expect(ns).toHaveProcess({ pid: 1, ppid: 0, command: /master/, name: 'nginx', state: 'S' });
expect(ns).toHaveProcess({ pid: expect.any(Number), name: expect.stringMatching(/^n/) });
// @ts-expect-error a process id is a number
expect(ns).toHaveProcess({ pid: '1' });
// @ts-expect-error no such key
expect(ns).toHaveProcess({ cmd: 'nginx' });

expect(ns).toHaveMount(/^\/tmp/);
expect(ns).toHaveMount({ target: '/tmp', type: 'tmpfs', source: 'tmpfs', root: '/' });
expect(ns).toHaveMount({ options: ['ro', /^size=/], superOptions: expect.arrayContaining(['rw']) });
// @ts-expect-error options are a list
expect(ns).toHaveMount({ options: 'ro' });

expect(ns).toHaveInterface('lo');
expect(ns).toHaveInterface({ name: 'lo', state: 'up', mtu: 65536 });
// @ts-expect-error an interface is up or down
expect(ns).toHaveInterface({ state: 'UP' });
expect(ns).toHaveOnlyInterfaces(['lo']);
// @ts-expect-error an array is needed
expect(ns).toHaveOnlyInterfaces('lo');

expect(ns).toHaveAddress('127.0.0.1/8');
expect(ns).toHaveAddress({ address: '::1', prefixLength: 128, interface: 'lo', scope: 'host' });
// @ts-expect-error a prefix length is a number
expect(ns).toHaveAddress({ prefixLength: '8' });

expect(ns).toHaveRoute('default');
expect(ns).toHaveRoute({ destination: '10.0.0.0/8', gateway: undefined, type: 'unicast' });
// @ts-expect-error no such key
expect(ns).toHaveRoute({ gatway: '10.0.0.1' });

expect(ns).toHaveNeighbour('10.0.0.1');
expect(ns).toHaveNeighbour({ interface: 'eth0', linkAddress: /^02:/ });
expect(ns).toHaveSysctl('net.ipv4.ip_forward', 1);
// @ts-expect-error a value is needed
expect(ns).toHaveSysctl('net.ipv4.ip_forward');
expect(ns).toHaveNamespace({ type: 'net', paths: ['/run/netns/blue'] });
// @ts-expect-error /proc calls it mnt, the options call it mount
expect(ns).toHaveNamespace({ type: 'mnt' });
expect(ns).toShareNamespacesWith(1, ['net']);

expect(ns).toHaveMessageQueue();
expect(ns).toHaveMessageQueue({ key: 0x1234 });
expect(ns).toHaveSemaphore({ id: 0 });
expect(ns).toHaveSharedMemory({ id: expect.any(Number), key: 0 });
// @ts-expect-error an id is named as such
expect(ns).toHaveSharedMemory(0);
expect(ns).toHavePosixQueue('/jobs');
expect(ns).not.toHaveNoIpcObjects();
// @ts-expect-error there is nothing to say
expect(ns).toHaveNoIpcObjects('queues');

expect(ns).toHaveLeftNoTrace();
expect(ns).toHaveLeftNoTrace({ since: ns.traces.list() });
// @ts-expect-error a list of traces
expect(ns).toHaveLeftNoTrace({ since: ['process 1'] });

expect(() => ns.hostname.set('')).toFailWithErrno('EPERM');
const asynchronous: Promise<void> = expect(async () => {}).not.toFailWithErrno('EPERM');
const promised: Promise<void> = expect(Promise.resolve()).not.toFailWithErrno('EPERM');
// @ts-expect-error a code is needed
expect(() => {}).toFailWithErrno();
void [asynchronous, promised];

const later: Promise<void> = expect(Promise.resolve(ns)).resolves.toHaveHostname('web-1');
// @ts-expect-error a matcher returns nothing
const something: string = expect(ns).toHaveHostname('web-1');
void [later, something];
