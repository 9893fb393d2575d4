import { expect, test } from '@jest/globals';
import {
  parseDevices,
  parseFibAddresses,
  parseFibRoutes,
  parseIfInet6,
  parseIpv6Route,
  parseRoute,
} from '../../../src/traces/network';

// Recorded in a sandbox with a veth pair, 10.1.0.1/24 and fd00::1/64, and some routes.

test('names of interfaces', () => {
  const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:     128       2    0    0    0     0          0         0      128       2    0    0    0     0       0          0
 a:b.7:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0
`;
  expect(parseDevices(text)).toEqual(['lo', 'a:b.7']);
});

test('IPv4 addresses, and routes', () => {
  const text = `Main:
  +-- 0.0.0.0/1 2 0 2
     +-- 10.0.0.0/12 2 0 2
        +-- 10.1.0.0/24 2 0 2
           |-- 10.1.0.0
              /24 link UNICAST
           |-- 10.1.0.1
              /32 host LOCAL
        |-- 10.9.0.0
           /16 universe BLACKHOLE
           /16 universe UNICAST
           /16 universe UNICAST
     +-- 127.0.0.0/8 2 0 2
        |-- 127.0.0.1
           /31 link UNICAST
           /32 host LOCAL
Local:
        |-- 127.0.0.1
           /32 host LOCAL
     |-- 127.255.255.255
        /32 link BROADCAST
`;
  expect(parseFibAddresses(text)).toEqual(['10.1.0.1', '127.0.0.1']);
  expect(parseFibRoutes(text)).toEqual([
    { route: '10.1.0.0/24', number: 0 },
    { route: '10.9.0.0/16 blackhole', number: 0 },
    { route: '10.9.0.0/16', number: 0 },
    { route: '10.9.0.0/16', number: 1 },
    { route: '127.0.0.1/31', number: 0 },
  ]);
});

test('IPv6 addresses that were given', () => {
  const text = `fd000000000000000000000000000001 03 40 00 82    left0
fd00000000000000a8bbccfffedd0001 03 40 00 00    left0
fe80000000000000a8bbccfffedd0001 03 40 20 80    left0
00000000000000000000000000000001 01 80 10 80       lo
`;
  expect(parseIfInet6(text)).toEqual(['fd00::1/64 dev left0', '::1/128 dev lo']);
});

test('IPv4 routes', () => {
  const text = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT                                                       
left0\t0000010A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0                                                                             
left0\t0000090A\t0700010A\t0003\t0\t0\t7\t0000FFFF\t0\t0\t0                                                                             
`;
  expect(parseRoute(text)).toEqual([
    '10.1.0.0/24 dev left0',
    '10.9.0.0/16 via 10.1.0.7 dev left0 metric 7',
  ]);
});

test('IPv6 routes, but for those that the kernel and routers make', () => {
  const zero = '00000000000000000000000000000000';
  const row = (destination: string, gateway: string, metric: string, flags: string, name: string) =>
    `${destination} ${zero} 00 ${gateway} ${metric} 00000001 00000000 ${flags}    ${name}`;
  const text = [
    row('fd000000000000000000000000000000 40', zero, '00000100', '00000001', 'left0'),
    row(
      '20010db8000000000000000000000000 20',
      'fd000000000000000000000000000007',
      '00000400',
      '00000003',
      'left0',
    ),
    row(`${zero} 00`, zero, '00000005', '00000201', 'lo'),
    // By a router, to oneself, of anycast, link-local and of multicast.
    row('fd010000000000000000000000000000 40', zero, '00000100', '00040001', 'left0'),
    row('fd000000000000000000000000000001 80', zero, '00000000', '80200001', 'left0'),
    row('fd000000000000000000000000000000 80', zero, '00000000', '00300001', 'left0'),
    row('fe800000000000000000000000000000 40', zero, '00000100', '00000001', 'left0'),
    row('ff000000000000000000000000000000 08', zero, '00000100', '00000001', 'left0'),
    '',
  ].join('\n');
  expect(parseIpv6Route(text)).toEqual([
    'fd00::/64 dev left0',
    '2001:db8::/32 via fd00::7 dev left0',
    'inet6 default to nowhere metric 5',
  ]);
});
