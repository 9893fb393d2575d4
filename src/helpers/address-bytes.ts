import net from 'node:net';
import { checkText } from './check';
import type { Family } from './rtnetlink-names';

// Addresses as the kernel has them, and as people write them.

/** inet_pton(3) of a text that is known to be an address of this family. */
export function addressBytes(family: Family, address: string): Buffer {
  if (family === 'inet') return Buffer.from(address.split('.').map(Number));
  // Its last 32 bits may be written as an IPv4 address: ::ffff:10.0.0.1. rfc4291, 2.2
  const hex = address.replace(/[\d.]+\.[\d.]+$/, (tail) => {
    const [a = 0, b = 0, c = 0, d = 0] = tail.split('.').map(Number);
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  const [head = '', tail] = hex.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  const all = tail === undefined ? before : [...before, ...zeros, ...after];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

const SIZES: Record<Family, number> = { inet: 4, inet6: 16 };

/** inet_ntop(3). */
export function addressText(family: Family, bytes: Buffer): string {
  if (bytes.length !== SIZES[family]) {
    throw new Error(`An ${family} address has ${SIZES[family]} bytes, got ${bytes.length}`);
  }
  if (family === 'inet') return Array.from(bytes).join('.');
  const groups = bytes.toString('hex').match(/.{4}/g) ?? [];
  return new net.SocketAddress({ address: groups.join(':'), family: 'ipv6' }).address;
}

/** `02:00:00:00:00:01` */
export function hardwareAddressText(bytes: Buffer): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');
}

export function parseHardwareAddress(what: string, value: unknown): Buffer {
  const address = checkText(what, value);
  if (!/^[\da-f]{2}(:[\da-f]{2})+$/i.test(address)) {
    throw new TypeError(
      `Expected the ${what} to be a hardware address such as '02:00:00:00:00:01', got '${address}'`,
    );
  }
  return Buffer.from(address.replaceAll(':', ''), 'hex');
}
