import net from 'node:net';
import { addressBytes, addressText } from '../../helpers/address-bytes';
import { AF } from '../constants/network';

/** Where a socket is: an IP address and port, a file, or a name of the abstract kind. unix(7) */
export type SocketAddress =
  | { address: string; port: number; scope?: number }
  | { path: string }
  | { abstract: string };

/** struct sockaddr_in, sockaddr_in6 or sockaddr_un. */
export function socketAddress(where: SocketAddress): Buffer {
  if ('path' in where) return unixAddress(`${where.path}\0`);
  if ('abstract' in where) return unixAddress(`\0${where.abstract}`);
  const { address, port } = where;
  const version = net.isIP(address);
  if (version === 0) throw new TypeError(`Expected an IP address, got '${address}'`);
  const bytes = Buffer.alloc(version === 4 ? 16 : 28);
  bytes.writeUInt16LE(version === 4 ? AF.AF_INET : AF.AF_INET6);
  bytes.writeUInt16BE(port, 2);
  addressBytes(version === 4 ? 'inet' : 'inet6', address).copy(bytes, version === 4 ? 4 : 8);
  if (version === 6) bytes.writeUInt32LE(where.scope ?? 0, 24);
  return bytes;
}

function unixAddress(path: string): Buffer {
  const bytes = Buffer.alloc(2 + Buffer.byteLength(path));
  bytes.writeUInt16LE(AF.AF_UNIX);
  bytes.write(path, 2);
  return bytes;
}

export function parseSocketAddress(bytes: Buffer): SocketAddress {
  const family = bytes.length < 2 ? 0 : bytes.readUInt16LE(0);
  if (family === AF.AF_INET || family === AF.AF_INET6) {
    const ip =
      family === AF.AF_INET
        ? addressText('inet', bytes.subarray(4, 8))
        : addressText('inet6', bytes.subarray(8, 24));
    return { address: ip, port: bytes.readUInt16BE(2) };
  }
  const name = bytes.subarray(2);
  if (name[0] === 0) return { abstract: name.toString('utf8', 1) };
  return { path: name.toString('utf8').split('\0')[0] as string };
}

export function familyOfAddress(where: SocketAddress): keyof typeof AF {
  if (!('address' in where)) return 'AF_UNIX';
  return net.isIP(where.address) === 6 ? 'AF_INET6' : 'AF_INET';
}
