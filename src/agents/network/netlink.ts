import { SystemError, type SystemErrorFacts } from '../../errors/system-error';
import { readI32 } from '../../helpers/netlink-message';
import { AF, NLM, RTM, SO, SOCK } from '../constants/network';
import type { Core } from '../core';
import { struct } from '../struct';
import { millisecondsSpec } from '../timespec';

// A conversation with the routing tables of the agent's network namespace, over a socket of the agent's.
// netlink(7), rtnetlink(7)

const HEADER = struct({ length: 'u32', type: 'u16', flags: 'u16', sequence: 'u32', port: 'u32' });
const MSGHDR = struct({
  name: 'pointer',
  nameLength: 'u32',
  iov: 'pointer',
  iovLength: 'u64',
  control: 'pointer',
  controlLength: 'u64',
  flags: 'i32',
});
const IOVEC = struct({ base: 'pointer', length: 'u64' });
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const SOL_NETLINK = 270;
const NETLINK_ADD_MEMBERSHIP = 1;
const NETLINK_LISTEN_ALL_NSID = 8;
const NETLINK_EXT_ACK = 11;
const NETLINK_CAP_ACK = 10;
const NLM_F_ACK_TLVS = 0x200;
const NLMSGERR_ATTR_MSG = 1;
const BUFFER_SIZE = 32 * 1024;

export interface NetlinkMessage {
  type: number;
  flags: number;
  sequence: number;
  /** Behind the header. */
  body: Buffer;
}

/** A message of a group that was subscribed to. */
export interface NetlinkEvent extends NetlinkMessage {
  /** The id of the network namespace that it is of; undefined for the agent's own. */
  nsid?: number;
}

export class Netlink {
  private sequence = 0;

  constructor(private readonly core: Core) {}

  /** Sends one request, and returns the bodies of the answers, which are none for a change. */
  request(
    type: keyof typeof RTM,
    flags: number,
    body: Uint8Array,
    facts: SystemErrorFacts = {},
  ): Buffer[] {
    const fd = this.open();
    try {
      setOption(this.core, fd, SOL_NETLINK, NETLINK_EXT_ACK, 1);
      setOption(this.core, fd, SOL_NETLINK, NETLINK_CAP_ACK, 1);
      // So that an answer that never comes is an error, and not the end of the agent.
      this.core.call('setsockopt', [fd, SO.SOL_SOCKET, SO.SO_RCVTIMEO, millisecondsSpec(5000), 16]);
      this.sequence += 1;
      this.send(fd, RTM[type], flags | NLM.NLM_F_REQUEST, body);
      return this.answers(fd, type, facts);
    } finally {
      this.core.release(fd);
    }
  }

  /** A socket that is told what happens in these groups; in all namespaces with an id if asked for. */
  subscribe(groups: readonly number[], allNamespaces: boolean): number {
    const fd = this.open();
    return this.core.prepare(fd, () => {
      for (const group of groups) {
        setOption(this.core, fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group);
      }
      if (allNamespaces) setOption(this.core, fd, SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, 1);
    });
  }

  /** What has come on such a socket. */
  events(fd: number): NetlinkEvent[] {
    const found: NetlinkEvent[] = [];
    for (;;) {
      const buffer = Buffer.alloc(BUFFER_SIZE);
      const control = Buffer.alloc(64);
      const message = MSGHDR.pack({
        iov: IOVEC.pack({ base: buffer, length: buffer.length }),
        iovLength: 1,
        control,
        controlLength: control.length,
      });
      let size: number;
      try {
        size = this.core.call('recvmsg', [fd, message, 0x40], { fd });
      } catch (error) {
        if ((error as { code?: string }).code === 'EAGAIN') return found;
        throw error;
      }
      const nsid = nsidOf(control, Number(MSGHDR.unpack(message).controlLength));
      for (const each of parseMessages(buffer.subarray(0, size))) {
        found.push({ ...each, ...(nsid !== undefined && { nsid }) });
      }
    }
  }

  private open(): number {
    const type = SOCK.SOCK_RAW | SOCK.SOCK_CLOEXEC;
    const fd = this.core.call('socket', [AF.AF_NETLINK, type, 0], { family: 'AF_NETLINK' });
    const address = Buffer.alloc(12);
    address.writeUInt16LE(AF.AF_NETLINK);
    return this.core.prepare(fd, () => {
      this.core.call('bind', [fd, address, address.length], { family: 'AF_NETLINK' });
    });
  }

  private send(fd: number, type: number, flags: number, body: Uint8Array): void {
    const header = HEADER.pack({
      length: HEADER.size + body.length,
      type,
      flags,
      sequence: this.sequence,
    });
    const bytes = Buffer.concat([header.bytes, body]);
    this.core.call('sendto', [fd, bytes, bytes.length, 0, null, 0], { fd });
  }

  private answers(fd: number, request: string, facts: SystemErrorFacts): Buffer[] {
    const bodies: Buffer[] = [];
    for (;;) {
      const buffer = Buffer.alloc(BUFFER_SIZE);
      const size = this.core.call('recvfrom', [fd, buffer, buffer.length, 0, null, null], { fd });
      for (const { type, flags, sequence, body } of parseMessages(buffer.subarray(0, size))) {
        if (sequence !== this.sequence) continue;
        if (type === NLMSG_DONE) return bodies;
        if (type !== NLMSG_ERROR) {
          bodies.push(body);
          // One answer to one question, without an acknowledgement.
          if ((flags & 2) === 0) return bodies;
          continue;
        }
        const errno = -readI32(body);
        if (errno === 0) return bodies;
        const kernelMessage = explanation(flags, body);
        throw new SystemError({
          ...{ errno, syscall: request, facts },
          ...(kernelMessage !== undefined && { kernelMessage }),
        });
      }
    }
  }
}

export function setOption(
  core: Core,
  fd: number,
  level: number,
  option: number,
  value: number,
): void {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  core.call('setsockopt', [fd, level, option, bytes, 4], { fd });
}

export function parseMessages(bytes: Buffer): NetlinkMessage[] {
  const messages: NetlinkMessage[] = [];
  for (let at = 0; at + HEADER.size <= bytes.length; ) {
    const { length, type, flags, sequence } = HEADER.unpack(bytes, at);
    if (length < HEADER.size || at + length > bytes.length) break;
    const body = Buffer.from(bytes.subarray(at + HEADER.size, at + length));
    messages.push({ type, flags, sequence, body });
    at += (length + 3) & ~3;
  }
  return messages;
}

/** The sentence that the kernel adds to some refusals, behind the request's header. */
function explanation(flags: number, body: Buffer): string | undefined {
  if ((flags & NLM_F_ACK_TLVS) === 0) return undefined;
  for (let at = 4 + HEADER.size; at + 4 <= body.length; ) {
    const length = body.readUInt16LE(at);
    if (length < 4) return undefined;
    if ((body.readUInt16LE(at + 2) & 0x3fff) === NLMSGERR_ATTR_MSG) {
      return body.toString('utf8', at + 4, body.indexOf(0, at + 4));
    }
    at += (length + 3) & ~3;
  }
  return undefined;
}

/** The control message of NETLINK_LISTEN_ALL_NSID: an int behind a header of 16 bytes. */
function nsidOf(control: Buffer, length: number): number | undefined {
  if (length < 20 || control.readInt32LE(8) !== SOL_NETLINK) return undefined;
  return control.readInt32LE(12) === NETLINK_LISTEN_ALL_NSID ? control.readInt32LE(16) : undefined;
}
