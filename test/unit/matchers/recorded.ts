import { expect } from '@jest/globals';
import { matchers } from '../../../src/matchers';
import type { Facts } from '../../../src/matchers/facts';

expect.extend(matchers);

const HOST = {
  user: 4026531837,
  mount: 4026531841,
  pid: 4026531836,
  net: 4026531840,
  ipc: 4026531839,
  uts: 4026531838,
  cgroup: 4026531835,
  time: 4026531834,
};

/** A default sandbox in which nginx runs, with a route and some IPC objects. */
export const ns: Facts = {
  namespaces: {
    // The net namespace is the host's, which this sandbox did not ask to be otherwise.
    ids: (pid) => ({
      ...{ ...HOST, mount: 4026532201, pid: 4026532204, uts: 4026532202, ipc: 4026532203 },
      // nginx has a network of its own.
      ...(pid === 9 && { net: 4026532300 }),
    }),
    hostIds: () => HOST,
    asked: () => ['mount', 'pid', 'ipc', 'uts'],
    list: () => [
      { type: 'net', inode: HOST.net, processes: 2, pid: 1, command: 'ns-init', paths: [] },
      {
        ...{ type: 'net', inode: 4026532300, processes: 2, pid: 9, uid: 0 },
        ...{ command: 'nginx: master process', paths: ['/run/netns/web'] },
      },
    ],
  },
  hostname: { get: () => 'web-1' },
  domainname: { get: () => 'example.org' },
  processes: {
    list: () => [
      { pid: 1, ppid: 0, name: 'ns-init', command: 'ns-init --uts --ipc', state: 'S' },
      { pid: 2, ppid: 1, name: 'node', command: 'node /app/web.test.js', state: 'R' },
      { pid: 9, ppid: 2, name: 'nginx', command: 'nginx: master process', state: 'S' },
      { pid: 12, ppid: 9, name: 'nginx', command: '[nginx]', state: 'Z' },
    ],
  },
  mounts: {
    list: () => [
      {
        ...{ id: 60, parent: 20, root: '/', target: '/', type: 'ext4', source: '/dev/vda' },
        ...{ options: ['rw', 'relatime'], superOptions: ['rw'] },
      },
      {
        ...{ id: 61, parent: 60, root: '/', target: '/tmp', type: 'xfs', source: '/dev/vdb' },
        ...{ options: ['rw', 'relatime'], superOptions: ['rw'] },
      },
      {
        ...{ id: 62, parent: 61, root: '/', target: '/tmp', type: 'tmpfs', source: 'tmpfs' },
        ...{ options: ['rw', 'nosuid'], superOptions: ['rw', 'size=64m'] },
      },
      {
        ...{ id: 63, parent: 60, root: '/site', target: '/srv', type: 'ext4', source: '/dev/vda' },
        ...{ options: ['ro', 'relatime'], superOptions: ['rw'] },
      },
    ],
  },
  interfaces: {
    list: () => [
      { name: 'lo', state: 'up', mtu: 65536 },
      { name: 'eth0', state: 'down', mtu: 1500 },
    ],
  },
  addresses: {
    list: () => [
      {
        ...{ interface: 'lo', family: 'inet', address: '127.0.0.1' },
        ...{ prefixLength: 8, scope: 'host' },
      },
      {
        ...{ interface: 'lo', family: 'inet6', address: '::1' },
        ...{ prefixLength: 128, scope: 'host' },
      },
    ],
  },
  routes: {
    list: () => [
      {
        ...{ family: 'inet', type: 'unicast', metric: 100 },
        ...{ destination: 'default', gateway: '10.0.0.1', interface: 'eth0' },
      },
      {
        ...{ family: 'inet', type: 'unicast' },
        ...{ destination: '10.0.0.0/24', interface: 'eth0' },
      },
      {
        ...{ family: 'inet', type: 'local' },
        ...{ destination: '127.0.0.1/32', interface: 'lo' },
      },
      {
        ...{ family: 'inet', type: 'unicast', destination: '10.9.0.0/16' },
        nextHops: [
          { gateway: '10.0.0.1', interface: 'eth0', weight: 1 },
          { gateway: '10.0.0.2', weight: 3 },
        ],
      },
      {
        ...{ family: 'inet6', type: 'blackhole', metric: 1024 },
        ...{ destination: 'default' },
      },
    ],
  },
  neighbours: {
    list: () => [
      {
        ...{ interface: 'eth0', family: 'inet', address: '10.0.0.1' },
        ...{ linkAddress: '02:00:00:00:00:01', state: 'reachable' },
      },
      { interface: 'eth0', family: 'inet6', address: 'fd00::2', state: 'failed' },
    ],
  },
  sysctl: {
    get: (name) => (name === 'net.ipv4.ip_forward' ? '1' : '32000\t1024000000\t500\t32000'),
  },
  messageQueues: { list: () => [{ id: 3, key: 0x1234 }] },
  semaphores: { list: () => [{ id: 0, key: 0xffffffff }] },
  sharedMemory: { list: () => [{ id: 32769, key: 0 }] },
  posixQueues: { list: () => [{ name: '/jobs' }] },
  traces: {
    list: () => [
      { kind: 'process', key: '9', pid: 9, description: 'nginx: master process' },
      { kind: 'socket', key: '4711', pid: 9, description: 'tcp 0.0.0.0:80 of nginx' },
      { kind: 'mount', key: '63', description: '/dev/vda[/site] on /srv' },
      { kind: 'POSIX queue', key: '/jobs', description: '/jobs' },
    ],
  },
};

/** The same with nothing in it. */
export const emptyNs: Facts = {
  ...ns,
  processes: { list: () => [] },
  mounts: { list: () => [] },
  interfaces: { list: () => [] },
  addresses: { list: () => [] },
  routes: { list: () => [] },
  neighbours: { list: () => [] },
  messageQueues: { list: () => [] },
  semaphores: { list: () => [] },
  sharedMemory: { list: () => [] },
  posixQueues: { list: () => [] },
  traces: { list: () => [] },
};

/** What a failing assertion says, without colours. */
export function failureOf(assertion: () => unknown): string {
  try {
    assertion();
  } catch (error) {
    return stripColours(error instanceof Error ? error.message : String(error));
  }
  throw new Error('The assertion did not fail.');
}

function stripColours(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character begins a colour
  return text.replace(/\u001b\[\d+m/g, '');
}
