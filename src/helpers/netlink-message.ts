import os from 'node:os';

// Bodies of netlink messages, written and read: numbers in the machine's own order, each attribute
// filled up to four bytes. netlink(7), rtnetlink(7)

const LITTLE = os.endianness() === 'LE';
const HEADER_BYTES = 4;
/** The two highest bits of an attribute's type say how it is written. */
const TYPE_MASK = 0x3fff;

function bytes(size: number, write: (view: DataView) => void): Buffer {
  const buffer = Buffer.alloc(size);
  write(new DataView(buffer.buffer, buffer.byteOffset, size));
  return buffer;
}

export function u8(value: number): Buffer {
  return bytes(1, (view) => view.setUint8(0, value));
}

export function u16(value: number): Buffer {
  return bytes(2, (view) => view.setUint16(0, value, LITTLE));
}

export function u32(value: number): Buffer {
  return bytes(4, (view) => view.setUint32(0, value, LITTLE));
}

/** A port: in the network's order, whatever the machine's is. */
export function port(value: number): Buffer {
  return bytes(2, (view) => view.setUint16(0, value, false));
}

export function text(value: string): Buffer {
  return Buffer.from(`${value}\0`);
}

function aligned(size: number): number {
  return (size + 3) & ~3;
}

/** One attribute; several values are nested in it. */
export function attribute(type: number, ...values: readonly Uint8Array[]): Buffer {
  const value = Buffer.concat(values);
  const size = HEADER_BYTES + value.length;
  return Buffer.concat([u16(size), u16(type), value], aligned(size));
}

/** The attributes of a message, or nested in one, by their types. */
export function readAttributes(from: Uint8Array): Map<number, Buffer> {
  const buffer = Buffer.from(from.buffer, from.byteOffset, from.byteLength);
  const found = new Map<number, Buffer>();
  for (let at = 0; at + HEADER_BYTES <= buffer.length; ) {
    const size = readU16(buffer, at);
    if (size < HEADER_BYTES || at + size > buffer.length) break;
    found.set(readU16(buffer, at + 2) & TYPE_MASK, buffer.subarray(at + HEADER_BYTES, at + size));
    at += aligned(size);
  }
  return found;
}

function checkEnd(from: Buffer, at: number, size: number): void {
  if (at + size <= from.length) return;
  throw new Error(`A netlink message ends after ${from.length} bytes, in a field at ${at}`);
}

export function readU8(from: Buffer, at = 0): number {
  checkEnd(from, at, 1);
  return from.readUInt8(at);
}

export function readU16(from: Buffer, at = 0): number {
  checkEnd(from, at, 2);
  return LITTLE ? from.readUInt16LE(at) : from.readUInt16BE(at);
}

export function readI32(from: Buffer, at = 0): number {
  return readU32(from, at) | 0;
}

export function readU32(from: Buffer, at = 0): number {
  checkEnd(from, at, 4);
  return LITTLE ? from.readUInt32LE(at) : from.readUInt32BE(at);
}
