import { expect, test } from '@jest/globals';
import {
  describeAddress,
  describeInterface,
  describeIpc,
  describeMount,
  describeProcess,
  describeRoute,
} from '../../../src/matchers/describe';
import { ns } from './recorded';

test('each kind has a line of its own', () => {
  expect([
    ...ns.processes.list().map(describeProcess),
    ...ns.mounts.list().map(describeMount),
    ...ns.interfaces.list().map(describeInterface),
    ...ns.addresses.list().map(describeAddress),
    ...ns.routes.list().map(describeRoute),
    ...ns.messageQueues.list().map(describeIpc),
    ...ns.semaphores.list().map(describeIpc),
  ]).toMatchInlineSnapshot(`
[
  "pid 1 (parent 0, S) ns-init: ns-init --uts --ipc",
  "pid 2 (parent 1, R) node: node /app/web.test.js",
  "pid 9 (parent 2, S) nginx: nginx: master process",
  "pid 12 (parent 9, Z) nginx: [nginx]",
  "/dev/vda on / type ext4 (rw,relatime), super (rw)",
  "/dev/vdb on /tmp type xfs (rw,relatime), super (rw)",
  "tmpfs on /tmp type tmpfs (rw,nosuid), super (rw,size=64m)",
  "/dev/vda[/site] on /srv type ext4 (ro,relatime), super (rw)",
  "lo up mtu 65536",
  "eth0 down mtu 1500",
  "127.0.0.1/8 dev lo scope host",
  "::1/128 dev lo scope host",
  "default via 10.0.0.1 dev eth0 metric 100",
  "10.0.0.0/24 dev eth0",
  "local 127.0.0.1/32 dev lo",
  "10.9.0.0/16 nexthop via 10.0.0.1 dev eth0 weight 1 nexthop via 10.0.0.2 weight 3",
  "blackhole inet6 default metric 1024",
  "id 3 key 4660 (0x00001234)",
  "id 0 key 4294967295 (0xffffffff)",
]
`);
});
