/** Links, the ways out of a sandbox, and published ports. */
import { isOpen, isRoot, sysctl } from './host';
import { always, type Pitfall } from './pitfall';

export const NETWORK_PITFALLS: Pitfall[] = [
  {
    steps: ['make link'],
    codes: ['EOPNOTSUPP', 'ENOTSUP'],
    confirmed: always,
    reason:
      'This kernel cannot make links of that kind, or the link cannot do what is asked of it.',
    fix: 'Load its module, such as: sudo modprobe dummy. See what the kernel was built with: zgrep -E "DUMMY|MACVLAN|VXLAN|VLAN_8021Q" /proc/config.gz',
  },
  {
    steps: ['make link'],
    codes: ['EACCES', 'ENOENT'],
    confirmed: () => !isOpen('/dev/net/tun'),
    reason: 'Links of kind tap and tun need /dev/net/tun, which is missing or closed to this user.',
    fix: 'Run: sudo chmod 666 /dev/net/tun',
  },
  {
    steps: ['connect by pasta', 'connect by slirp4netns'],
    codes: [''],
    confirmed: () => !isOpen('/dev/net/tun'),
    reason: '/dev/net/tun, by which it makes the interface, is missing or closed to this user.',
    fix: 'Run: sudo modprobe tun; sudo chmod 666 /dev/net/tun',
  },
  {
    steps: ['connect by veth'],
    codes: ['EOPNOTSUPP', 'ENOTSUP'],
    confirmed: always,
    reason: 'This kernel has no veth.',
    fix: "Run: sudo modprobe veth, or set network: 'pasta'.",
  },
  {
    steps: ['set up NAT'],
    codes: ['ENETUNREACH'],
    confirmed: () => sysctl('net/ipv4/ip_forward') === '0',
    reason:
      'The host passes no packets on (net.ipv4.ip_forward = 0), so no answer would come back to the sandbox. ns-jest changes no sysctl of the host.',
    fix: "Run: sudo sysctl -w net.ipv4.ip_forward=1, or set network: { type: 'veth', nat: false } to reach the host alone.",
  },
  {
    steps: ['set up NAT'],
    codes: ['EOPNOTSUPP', 'ENOTSUP', 'EINVAL', 'ENOENT', 'EPROTONOSUPPORT'],
    confirmed: always,
    reason:
      'This kernel has no nf_tables with masquerading and with tables that belong to a process (Linux 5.12).',
    fix: "Set network: { type: 'veth', nat: false } to reach the host alone, or network: 'pasta'.",
  },
  {
    steps: ['choose addresses'],
    codes: ['EADDRNOTAVAIL'],
    confirmed: always,
    reason: 'Every part of that network is in use, by a route of the host or by another sandbox.',
    fix: 'Choose a larger or another one by "network.cidr": each sandbox takes four addresses, or one on a bridge.',
  },
  {
    steps: ['find bridge'],
    codes: ['ENODEV', 'EADDRNOTAVAIL', 'EOPNOTSUPP', 'ENOTSUP'],
    confirmed: always,
    reason:
      'The option "network.bridge" names a bridge of the host that is there already and has an IPv4 address.',
    fix: 'Run: sudo ip link add NAME up type bridge; sudo ip address add 10.84.0.1/24 dev NAME',
  },
  {
    steps: ['publish port'],
    codes: ['EADDRINUSE'],
    confirmed: always,
    reason:
      'Another process has that port, or another sandbox: files that run at once cannot publish the same.',
    fix: 'See who: ss -lnp. Give each file a port of its own, by its docblock.',
  },
  {
    steps: ['publish port'],
    codes: ['EACCES'],
    confirmed: () => !isRoot(),
    reason: 'Ports below net.ipv4.ip_unprivileged_port_start are closed to ordinary users.',
    fix: 'Publish a port from 1024 on.',
  },
  {
    steps: ['publish port'],
    codes: ['EADDRNOTAVAIL'],
    confirmed: always,
    reason: 'No interface of the host has that address.',
    fix: 'Publish at 127.0.0.1, or at 0.0.0.0 for all.',
  },
];
