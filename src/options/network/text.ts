/** Checks of the words of networking. They return the value with its type, or throw one sentence. */
import { isIP, isIPv4 } from 'node:net';
import { wrongOption } from '../check';

export type Family = 'inet' | 'inet6';

export interface Prefix {
  family: Family;
  address: string;
  length: number;
}

export function familyOf(address: string): Family {
  return isIPv4(address) ? 'inet' : 'inet6';
}

/** What the kernel takes: 1 to 15 bytes, no slash, colon or blank. A comma would end our own word. */
export function checkInterfaceName(option: string, value: unknown): string {
  const isName =
    typeof value === 'string' &&
    Buffer.byteLength(value) <= 15 &&
    /^[^\s/:,=%\0]+$/.test(value) &&
    value !== '.' &&
    value !== '..';
  if (!isName) {
    throw wrongOption(
      option,
      'an interface name of at most 15 bytes without / : , = % or blanks',
      value,
    );
  }
  return value;
}

export function checkIp(option: string, value: unknown): string {
  // A zone, as in fe80::1%eth0, is no part of what the kernel takes as an address.
  if (typeof value !== 'string' || isIP(value) === 0 || value.includes('%')) {
    throw wrongOption(option, 'an IP address', value);
  }
  return value;
}

/** An address with its prefix length; without one, all its bits. */
export function checkPrefix(option: string, value: unknown): Prefix {
  const [address = '', length, ...more] = typeof value === 'string' ? value.split('/') : [];
  const bits = isIPv4(address) ? 32 : 128;
  const isPrefix =
    isIP(address) !== 0 &&
    !address.includes('%') &&
    more.length === 0 &&
    (length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= bits));
  if (!isPrefix)
    throw wrongOption(option, "an IP address with a prefix length, such as '10.0.0.1/24'", value);
  return {
    family: familyOf(address),
    address,
    length: length === undefined ? bits : Number(length),
  };
}

/** An IPv4 network with room for at least `1 << hostBits` addresses, written by its first one. */
export function checkCidr(option: string, value: unknown, hostBits: number): string {
  const { family, address, length } = checkPrefix(option, value);
  const number = address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
  const isNetwork = family === 'inet' && length > 0 && number % 2 ** (32 - length) === 0;
  if (!isNetwork || length > 32 - hostBits) {
    throw wrongOption(
      option,
      `an IPv4 network of at least ${2 ** hostBits} addresses, such as '10.83.0.0/${Math.min(16, 32 - hostBits)}'`,
      value,
    );
  }
  return `${address}/${length}`;
}

export function checkHardwareAddress(option: string, value: unknown): string {
  if (typeof value !== 'string' || !/^([\da-f]{2}:){5}[\da-f]{2}$/i.test(value)) {
    throw wrongOption(option, "a hardware address such as '02:00:00:00:00:01'", value);
  }
  return value;
}
