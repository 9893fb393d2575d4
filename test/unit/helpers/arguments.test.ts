import { expect, test } from '@jest/globals';
import { ns } from '../../../src/helpers';

// Every one is refused before the kernel is asked, so these need neither a sandbox nor the addon.
const wrong = (value: unknown) => value as never;

test.each<[string, () => void, string]>([
  [
    'a hostname too long',
    () => ns.hostname.set('é'.repeat(33)),
    'Expected the hostname to be at most 64 bytes, got 66',
  ],
  [
    'a hostname that is no text',
    () => ns.hostname.set(wrong(7)),
    'Expected the hostname to be a string, got 7',
  ],
  [
    'a NUL byte',
    () => ns.domainname.set('a\0b'),
    "Expected the domain name to be without NUL bytes, got 'a\\x00b'",
  ],
  [
    'a process id that is none',
    () => ns.processes.get(0),
    'Expected the process id to be an integer from 1 to 2147483647, got 0',
  ],
  [
    'an option that does not exist',
    () => ns.messageQueues.create(wrong({ kee: 1 })),
    'Unknown option "kee" of ns.messageQueues.create. It takes: key, mode, exclusive',
  ],
  [
    'options that are no object',
    () => ns.semaphores.create(wrong(3)),
    'Expected the options of ns.semaphores.create to be an object, got 3',
  ],
  [
    'a key too large',
    () => ns.messageQueues.create({ key: 2 ** 32 }),
    'Expected the key to be an integer from 0 to 4294967295, got 4294967296',
  ],
  [
    'a private key to open',
    () => ns.sharedMemory.open({ key: 0 }),
    'Expected the key to be an integer from 1 to 4294967295, got 0',
  ],
  [
    'a message type of 0',
    () => ns.messageQueues.send(0, { type: 0, data: '' }),
    'Expected the type of the message to be at least 1, got 0',
  ],
  [
    'data that is neither text nor bytes',
    () => ns.messageQueues.send(0, { type: 1, data: wrong(5) }),
    'Expected the data of the message to be a string or bytes, got 5',
  ],
  [
    'a semaphore value too large',
    () => ns.semaphores.setValue(0, 32_768),
    'Expected the value of the semaphore to be an integer from 0 to 32767, got 32768',
  ],
  [
    'a size that is no integer',
    () => ns.sharedMemory.create({ size: 1.5 }),
    'Expected the size of the segment to be an integer, got 1.5',
  ],
  [
    'a namespace that is none',
    () => ns.namespaces.open({ namespace: wrong('mnt') }),
    "Expected the namespace to be one of 'user', 'mount', 'pid', 'net', 'ipc', 'uts', 'cgroup', " +
      "'time', got 'mnt'",
  ],
  [
    'a process without the kind of namespace',
    () => ns.namespaces.open(wrong({ pid: 7 })),
    'Expected the namespace to say which namespace of pid 7',
  ],
  [
    'a namespace by nothing',
    () => ns.namespaces.pin(wrong({}), '/run/netns/x'),
    'Expected the namespace to have one of pid, path and fd',
  ],
  [
    'a namespace by two ways',
    () => ns.namespaces.open(wrong({ namespace: 'net', path: '/run/netns/x' })),
    'Expected the namespace to have a namespace and pid, or a path or fd, not both',
  ],
  [
    'an interface of no kind',
    () => ns.interfaces.add(wrong({ name: 'x' })),
    "Expected the kind of the interface to be one of 'bridge', 'dummy', 'ifb', 'tun', 'tap', " +
      "'veth', 'macvlan', 'ipvlan', 'vlan', 'vrf', 'vxlan', got undefined",
  ],
  [
    'an option of another kind of interface',
    () => ns.interfaces.add(wrong({ kind: 'bridge', name: 'x', id: 1 })),
    'Unknown option "id" of ns.interfaces.add for a bridge. ' +
      'It takes: kind, name, namespace, mtu, address, master',
  ],
  [
    'a veth without its peer',
    () => ns.interfaces.add(wrong({ kind: 'veth', name: 'x' })),
    'Expected the options of the peer of a veth to be an object, got undefined',
  ],
  [
    'a vlan without its link',
    () => ns.interfaces.add(wrong({ kind: 'vlan', name: 'x', id: 1 })),
    'Expected the link of the interface to be a string, got undefined',
  ],
  [
    'a hardware address that is none',
    () => ns.interfaces.setAddress('x', '02:00:00'.replaceAll(':', '-')),
    "Expected the address of the interface to be a hardware address such as '02:00:00:00:00:01', " +
      "got '02-00-00'",
  ],
  [
    'a neighbour whose address is none',
    () => ns.neighbours.add({ interface: 'lo', address: '10.0.0.0/8', linkAddress: '02:00' }),
    "Expected the address of the neighbour to be an IP address, got '10.0.0.0/8'",
  ],
  [
    'a kernel parameter elsewhere',
    () => ns.sysctl.get('kernel/../../self/environ'),
    "Expected the name of the kernel parameter to be like 'net.ipv4.ip_forward', got " +
      "'kernel/../../self/environ'",
  ],
  [
    'a semaphore operation that adds nothing said',
    () => ns.semaphores.operate(0, wrong({ index: 1 })),
    'Expected the number to add to be an integer, got undefined',
  ],
  [
    'a limit that does not exist',
    () => ns.ipcLimits.set(wrong({ msgmaxx: 1 })),
    'Unknown option "msgmaxx" of ns.ipcLimits.set. It takes: msgmax, msgmnb, msgmni, semmsl, ' +
      'semmns, semopm, semmni, shmmax, shmall, shmmni, queues_max, msg_max, msg_default, ' +
      'msgsize_max, msgsize_default',
  ],
  [
    'a queue name without its slash',
    () => ns.posixQueues.remove('jobs'),
    'Expected the name of the queue to be a slash and then 1 to 255 bytes without another slash, ' +
      "got 'jobs'",
  ],
  [
    'an address with an impossible prefix length',
    () => ns.addresses.add({ interface: 'lo', address: '10.0.0.1/33' }),
    "Expected the address to be an IP address with a prefix length such as '10.0.0.1/24' or " +
      "'fd00::1/64', got '10.0.0.1/33'",
  ],
  [
    'an interface name too long',
    () => ns.interfaces.up('x'.repeat(16)),
    'Expected the name of the interface to be at most 15 bytes, got 16',
  ],
  [
    'a route to nowhere',
    () => ns.routes.add({ destination: '10.0.0.0/8' }),
    'Expected the gateway or the interface of the route',
  ],
  [
    'a blackhole with a gateway',
    () => ns.routes.add({ destination: '10.0.0.0/8', type: 'blackhole', gateway: '10.0.0.1' }),
    "A route of type 'blackhole' has neither a gateway nor an interface",
  ],
  [
    'a route of two families',
    () => ns.routes.add({ destination: '10.0.0.0/8', gateway: 'fd00::1' }),
    'Expected a route of one family, got inet for the destination and inet6',
  ],
  [
    'a routing table that has no name',
    () => ns.routes.list({ table: wrong('mian') }),
    "Expected the table to be one of 'all', 'default', 'main', 'local', got 'mian'",
  ],
  [
    'a mount without a type',
    () => ns.mounts.mount({ target: '/mnt', readonly: true }),
    'Expected the type of the mount: a file system such as "tmpfs", or "bind", "rbind" or "move"',
  ],
  [
    'a bind mount without a source',
    () => ns.mounts.mount({ type: 'bind', target: '/mnt' }),
    'Expected the source of the bind mount',
  ],
  [
    'a bind mount with options of a file system',
    () => ns.mounts.mount({ type: 'bind', source: '/a', target: '/mnt', options: 'size=1m' }),
    'A bind mount has no file system options of its own, got "size=1m"',
  ],
])('%s is refused', (_, call, message) => {
  expect(call).toThrow(new TypeError(message));
});

test('run refuses a command that is none', async () => {
  await expect(ns.run('')).rejects.toThrow(new TypeError('Expected the command not to be empty'));
});
