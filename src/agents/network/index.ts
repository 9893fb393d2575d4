import net from 'node:net';
import { addressBytes } from '../../helpers/address-bytes';
import { parsePrefix } from '../../helpers/rtnetlink-names';
import { SIOC } from '../constants/ioctl';
import { AF, IFF, IPPROTO, MSG, SO, SOCK } from '../constants/network';
import { CLOCK } from '../constants/processes';
import { millisecondsSpec, readTimespec } from '../timespec';
import { MAX_DATA } from '../wire';
import { AgentLinks } from './links';
import { setOption } from './netlink';
import {
  familyOfAddress,
  parseSocketAddress,
  type SocketAddress,
  socketAddress,
} from './socket-address';

export type { Link } from './link';
export type { LinkEvent, LinkRequest, LinkTarget } from './links';
export type { SocketAddress } from './socket-address';

const IFREQ_SIZE = 40;
/** Carrier is noticed within a second. */
const PING_AGAIN_MS = 100;
const ECHO = { inet: { request: 8, reply: 0 }, inet6: { request: 128, reply: 129 } } as const;

/** Sockets of the agent, and through AgentLinks the tables of its network namespace. */
export class AgentNetwork extends AgentLinks {
  /** A descriptor of the agent, close-on-exec. socket(2) */
  socket(family: keyof typeof AF, type: keyof typeof SOCK = 'SOCK_STREAM', protocol = 0): number {
    const args = [AF[family], SOCK[type] | SOCK.SOCK_CLOEXEC, protocol];
    return this.core.call('socket', args, { family, type });
  }

  bind(fd: number, where: SocketAddress): void {
    const address = socketAddress(where);
    this.core.call('bind', [fd, address, address.length], factsOf(where));
  }

  connect(fd: number, where: SocketAddress): void {
    const address = socketAddress(where);
    this.core.call('connect', [fd, address, address.length], factsOf(where));
  }

  /** A bound socket that takes connections, or for datagrams is merely bound. */
  listen(
    where: SocketAddress,
    type: 'SOCK_STREAM' | 'SOCK_DGRAM' | 'SOCK_SEQPACKET' = 'SOCK_STREAM',
  ): number {
    const fd = this.socket(familyOfAddress(where), type);
    return this.core.prepare(fd, () => {
      this.bind(fd, where);
      if (type !== 'SOCK_DGRAM') this.core.call('listen', [fd, 16], { fd });
    });
  }

  /** A connected socket. */
  dial(
    where: SocketAddress,
    type: 'SOCK_STREAM' | 'SOCK_DGRAM' | 'SOCK_SEQPACKET' = 'SOCK_STREAM',
  ): number {
    const fd = this.socket(familyOfAddress(where), type);
    return this.core.prepare(fd, () => this.connect(fd, where));
  }

  accept(fd: number): number {
    return this.core.call('accept4', [fd, null, null, SOCK.SOCK_CLOEXEC], { fd });
  }

  send(fd: number, data: string | Uint8Array, to?: SocketAddress): number {
    const bytes = Buffer.from(data as string);
    const address = to === undefined ? null : socketAddress(to);
    const args = [fd, bytes, bytes.length, MSG.MSG_NOSIGNAL, address, address?.length ?? 0];
    return this.core.call('sendto', args, { fd });
  }

  /** Waits for something to come; see `setTimeout`. */
  receive(fd: number, length = MAX_DATA): Buffer {
    const bytes = Buffer.alloc(length);
    const size = this.core.call('recvfrom', [fd, bytes, length, 0, null, null], { fd });
    return Buffer.from(bytes.subarray(0, size));
  }

  /** Its own address. */
  address(fd: number): SocketAddress {
    const bytes = Buffer.alloc(128);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    this.core.call('getsockname', [fd, bytes, length], { fd });
    return parseSocketAddress(bytes.subarray(0, length.readUInt32LE()));
  }

  /** After so many milliseconds a receive is EAGAIN. */
  setTimeout(fd: number, milliseconds: number): void {
    const limit = millisecondsSpec(milliseconds);
    // struct timeval: microseconds where a timespec has nanoseconds.
    limit.writeBigInt64LE(limit.readBigInt64LE(8) / 1000n, 8);
    this.core.call('setsockopt', [fd, SO.SOL_SOCKET, SO.SO_RCVTIMEO, limit, 16], { fd });
  }

  setOption(fd: number, level: number, option: number, value: number): void {
    setOption(this.core, fd, level, option, value);
  }

  /** The cookie of a socket's network namespace. SO_NETNS_COOKIE */
  cookie(fd: number): bigint {
    const value = Buffer.alloc(8);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(8);
    const args = [fd, SO.SOL_SOCKET, SO.SO_NETNS_COOKIE, value, length];
    this.core.call('getsockopt', args, { fd, option: 'SO_NETNS_COOKIE' });
    return value.readBigUInt64LE();
  }

  /** A descriptor of a socket's network namespace. SIOCGSKNS */
  namespaceOf(fd: number): number {
    return this.core.call('ioctl', [fd, SIOC.SIOCGSKNS, 0], { request: 'SIOCGSKNS', fd });
  }

  /** Whether an echo comes back within so many milliseconds; throws if it cannot be sent. icmp(7) */
  ping(address: string, { timeout = 2000 } = {}): boolean {
    const family = net.isIP(address) === 6 ? 'inet6' : 'inet';
    const [domain, protocol] =
      family === 'inet'
        ? (['AF_INET', IPPROTO.IPPROTO_ICMP] as const)
        : (['AF_INET6', IPPROTO.IPPROTO_ICMPV6] as const);
    const fd = this.socket(domain, 'SOCK_RAW', protocol);
    try {
      const id = this.core.call('getpid', []) & 0xffff;
      const pause = Math.min(Math.max(1, timeout), PING_AGAIN_MS);
      this.setTimeout(fd, pause);
      const deadline = this.now() + BigInt(timeout) * 1_000_000n;
      // Asked again and again: what is sent before the kernel has noticed the carrier is lost.
      while (this.now() < deadline) {
        this.send(fd, echo(ECHO[family].request, id), { address, port: 0 });
        if (this.awaitEcho(fd, family, id, pause)) return true;
      }
      return false;
    } finally {
      this.core.release(fd);
    }
  }

  /** netdevice(7): an address by ioctl. */
  ioctlAddAddress(name: string, prefix: string): void {
    const { address, prefixLength } = parsePrefix('address', prefix);
    const mask = Buffer.alloc(4);
    // A shift by 32 shifts by 0.
    mask.writeUInt32BE(prefixLength === 0 ? 0 : (0xffff_ffff << (32 - prefixLength)) >>> 0);
    this.ioctlInterface('SIOCSIFADDR', name, internetAddress(addressBytes('inet', address)));
    this.ioctlInterface('SIOCSIFNETMASK', name, internetAddress(mask));
  }

  /** netdevice(7): switched on by ioctl. */
  ioctlUp(name: string): void {
    const flags = Buffer.alloc(2);
    flags.writeUInt16LE(IFF.IFF_UP | IFF.IFF_RUNNING);
    this.ioctlInterface('SIOCSIFFLAGS', name, flags);
  }

  private ioctlInterface(request: keyof typeof SIOC, name: string, value: Buffer): void {
    const fd = this.socket('AF_INET', 'SOCK_DGRAM');
    try {
      const bytes = Buffer.alloc(IFREQ_SIZE);
      bytes.write(name);
      value.copy(bytes, 16);
      this.core.call('ioctl', [fd, SIOC[request], bytes], { request, interface: name });
    } finally {
      this.core.release(fd);
    }
  }

  private now(): bigint {
    const now = Buffer.alloc(16);
    this.core.call('clock_gettime', [CLOCK.CLOCK_MONOTONIC, now]);
    return readTimespec(now);
  }

  /** A raw socket sees every ICMP message, on loopback the request as well. */
  private awaitEcho(fd: number, family: 'inet' | 'inet6', id: number, timeout: number): boolean {
    // The agent's clock: the test may have faked its own.
    const deadline = this.now() + BigInt(timeout) * 1_000_000n;
    while (this.now() < deadline) {
      let packet: Buffer;
      try {
        packet = this.receive(fd, 2048);
      } catch (error) {
        if ((error as { code?: string }).code === 'EAGAIN') return false;
        throw error;
      }
      // The IPv4 header comes along; its first byte tells how long it is.
      const message = family === 'inet' ? packet.subarray((packet.readUInt8(0) & 15) * 4) : packet;
      if (message.readUInt8(0) === ECHO[family].reply && message.readUInt16BE(4) === id)
        return true;
    }
    return false;
  }
}

/** struct sockaddr_in without a port. */
function internetAddress(address: Buffer): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt16LE(AF.AF_INET);
  address.copy(bytes, 4);
  return bytes;
}

/** An echo request with its checksum, which the kernel writes itself for ICMPv6. */
function echo(type: number, id: number): Buffer {
  const message = Buffer.alloc(16);
  message.writeUInt8(type, 0);
  message.writeUInt16BE(id, 4);
  message.writeUInt16BE(1, 6);
  let sum = 0;
  for (let at = 0; at < message.length; at += 2) sum += message.readUInt16BE(at);
  sum = (sum & 0xffff) + (sum >>> 16);
  message.writeUInt16BE(~sum & 0xffff, 2);
  return message;
}

function factsOf(where: SocketAddress): Record<string, string | number> {
  if ('path' in where) return { path: where.path };
  return 'abstract' in where
    ? { abstract: where.abstract }
    : { address: where.address, port: where.port };
}
