/** Addresses and routes, as /proc/net tells them. What the kernel makes in its own time is left out. */
import os from 'node:os';
import { addressText } from '../helpers/address-bytes';

/** linux/route.h, linux/ipv6_route.h */
const RTF_GATEWAY = 0x2;
const RTF_REJECT = 0x200;
const RTF_BY_ROUTER = 0x5_0000;
const RTF_ANYCAST = 0x10_0000;
const RTF_LOCAL = 0x8000_0000;
/** linux/if_addr.h: one without has come from a router. */
const IFA_F_PERMANENT = 0x80;
const LINK_LOCAL_SCOPE = 0x20;

/** Names of interfaces, of /proc/net/dev. */
export function parseDevices(text: string): string[] {
  return rows(text, 2).map((row) => row.slice(0, row.lastIndexOf(':')).trim());
}

/** Types of routes that the kernel makes with addresses. */
const OF_ADDRESSES = ['LOCAL', 'BROADCAST', 'MULTICAST', 'ANYCAST'];

/** IPv4 addresses, of /proc/net/fib_trie: the routes to oneself. */
export function parseFibAddresses(text: string): string[] {
  const own = parseFibTrie(text).filter(({ bits, type }) => bits === '32' && type === 'LOCAL');
  return [...new Set(own.map(({ address }) => address))];
}

/**
 * IPv4 routes of the same: `10.0.0.0/8`, `10.9.0.0/16 blackhole`. With another number where there are
 * several of a kind, which differ in what is not told here.
 */
export function parseFibRoutes(text: string): { route: string; number: number }[] {
  const found = new Map<string, { route: string; number: number }>();
  // Where there are no rules, the tables are one, and printed twice.
  for (const table of text.split(/^\S.*\n/m)) {
    const counts = new Map<string, number>();
    for (const { address, bits, type } of parseFibTrie(table)) {
      if (OF_ADDRESSES.includes(type)) continue;
      const destination = bits === '0' ? 'default' : `${address}/${bits}`;
      const route = type === 'UNICAST' ? destination : `${destination} ${type.toLowerCase()}`;
      const number = counts.get(route) ?? 0;
      counts.set(route, number + 1);
      found.set(`${route} ${number}`, { route, number });
    }
  }
  return [...found.values()];
}

function parseFibTrie(text: string) {
  return Array.from(text.matchAll(/\|-- (\S+)\n((?: +\/\d+ .*\n?)*)/g)).flatMap(
    ([, address = '', aliases = '']) =>
      Array.from(aliases.matchAll(/\/(\d+) \S+ (\w+)/g), ([, bits = '', type = '']) => ({
        address,
        bits,
        type,
      })),
  );
}

/** `fd00::1/64 dev eth0`, of /proc/net/if_inet6. */
export function parseIfInet6(text: string): string[] {
  return rows(text).flatMap((row) => {
    const [address = '', , length = '', scope = '', flags = '', name = ''] = columns(row);
    if (hex(scope) === LINK_LOCAL_SCOPE || (hex(flags) & IFA_F_PERMANENT) === 0) return [];
    return [`${inet6(address)}/${hex(length)} dev ${name}`];
  });
}

/** `10.0.0.0/8 via 10.1.0.1 dev eth0`, of /proc/net/route: the main table. */
export function parseRoute(text: string): string[] {
  return rows(text, 1).map((row) => {
    const [name = '', destination = '', gateway = '', flags = '', , , metric, mask = ''] =
      columns(row);
    return routeText({
      destination: `${inet(destination)}/${bitsOf(mask)}`,
      gateway: inet(gateway),
      flags: hex(flags),
      metric: Number(metric),
      name,
    });
  });
}

/** The same of /proc/net/ipv6_route. */
export function parseIpv6Route(text: string): string[] {
  return rows(text).flatMap((row) => {
    const [address = '', length = '', , , gateway = '', metric = '', , , flags = '', name = ''] =
      columns(row);
    const isKernels = (hex(flags) & (RTF_BY_ROUTER | RTF_ANYCAST)) !== 0 || hex(flags) >= RTF_LOCAL;
    if (isKernels || /^(fe[89ab]|ff)/.test(address)) return [];
    return [
      routeText({
        destination: `${inet6(address)}/${hex(length)}`,
        gateway: inet6(gateway),
        flags: hex(flags),
        // The kernel's own defaults.
        metric: [256, 1024].includes(hex(metric)) ? 0 : hex(metric),
        name,
      }),
    ];
  });
}

interface RouteRow {
  destination: string;
  gateway: string;
  flags: number;
  metric: number;
  name: string;
}

function routeText({ destination, gateway, flags, metric, name }: RouteRow): string {
  // Blackhole, unreachable and so on; which of them is not told.
  const isToNowhere = (flags & RTF_REJECT) !== 0;
  return [
    destination.replace(/^(0\.0\.0\.0|::)\/0$/, (all) =>
      all === '::/0' ? 'inet6 default' : 'default',
    ),
    (flags & RTF_GATEWAY) === 0 ? '' : `via ${gateway}`,
    isToNowhere ? 'to nowhere' : `dev ${name}`,
    metric === 0 ? '' : `metric ${metric}`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

function rows(text: string, headers = 0): string[] {
  return text
    .split('\n')
    .slice(headers)
    .filter((row) => row.trim() !== '');
}

function columns(row: string): string[] {
  return row.trim().split(/\s+/);
}

function hex(text: string): number {
  return Number.parseInt(text, 16);
}

/** A number in the machine's own order. */
function inet(text: string): string {
  const bytes = Buffer.from(text, 'hex');
  return addressText('inet', os.endianness() === 'LE' ? bytes.reverse() : bytes);
}

function inet6(text: string): string {
  return addressText('inet6', Buffer.from(text, 'hex'));
}

function bitsOf(mask: string): number {
  return hex(mask).toString(2).replaceAll('0', '').length;
}
