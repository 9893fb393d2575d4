import util from 'node:util';
import { checkText } from '../helpers/check';

/**
 * Bytes that a system call reads or writes, with pointers in them to further bytes: what a `struct
 * msghdr` or `struct mount_attr` is in C. What the kernel wrote is in `bytes` after the call.
 */
export class Memory {
  readonly bytes: Buffer;
  readonly pointers: ReadonlyArray<{ at: number; to: Pointee }>;

  constructor(
    bytes: Uint8Array | number,
    pointers: ReadonlyArray<{ at: number; to: Pointee }> = [],
  ) {
    this.bytes = typeof bytes === 'number' ? Buffer.alloc(bytes) : Buffer.from(bytes);
    this.pointers = pointers;
  }
}

/** What a pointer may lead to. Text becomes its bytes and a NUL. */
export type Pointee = string | NodeJS.ArrayBufferView | Memory;

/**
 * An argument of a system call: a number, or memory, whose address is passed. null is the null
 * pointer. Bytes are in and out: what the kernel changed in them is there after the call.
 */
export type Argument = number | bigint | boolean | Pointee | null | undefined;

interface Placed {
  at: number;
  bytes: Buffer;
  /** Puts what came back where it was taken from. */
  update?: (bytes: Buffer) => void;
}

const ALIGNMENT = 16;

function viewBytes(view: NodeJS.ArrayBufferView): Buffer {
  return Buffer.from(view.buffer as ArrayBuffer, view.byteOffset, view.byteLength);
}

/**
 * All memory of one call, laid out as one block that the agent fills with addresses.
 * addon/agent/system_call.cc reads it.
 */
export class MemoryLayout {
  private readonly placed = new Map<Pointee, Placed>();
  private readonly relocations: Array<{ at: number; to: number }> = [];
  private size = 0;

  /** The offset of this memory; the same object is placed once. */
  place(what: Pointee): number {
    const known = typeof what === 'string' ? undefined : this.placed.get(what);
    if (known !== undefined) return known.at;
    const placed = this.placedAt(this.size, what);
    // At least a byte, so that each has an address of its own; aligned, as malloc(3) would have it.
    const room = Math.max(1, placed.bytes.length);
    this.size += Math.ceil(room / ALIGNMENT) * ALIGNMENT;
    this.placed.set(typeof what === 'string' ? new Memory(placed.bytes) : what, placed);
    if (what instanceof Memory) {
      for (const { at, to } of what.pointers) {
        this.relocations.push({ at: placed.at + at, to: this.place(to) });
      }
    }
    return placed.at;
  }

  private placedAt(at: number, what: Pointee): Placed {
    if (typeof what === 'string') return { at, bytes: Buffer.from(`${checkText('text', what)}\0`) };
    if (what instanceof Memory) {
      return { at, bytes: what.bytes, update: (bytes) => void bytes.copy(what.bytes) };
    }
    return { at, bytes: viewBytes(what), update: (bytes) => void bytes.copy(viewBytes(what)) };
  }

  relocationTable(): Buffer {
    const table = Buffer.alloc(8 * this.relocations.length);
    for (const [index, { at, to }] of this.relocations.entries()) {
      table.writeUInt32LE(at, 8 * index);
      table.writeUInt32LE(to, 8 * index + 4);
    }
    return table;
  }

  get relocationCount(): number {
    return this.relocations.length;
  }

  contents(): Buffer {
    const contents = Buffer.alloc(this.size);
    for (const { at, bytes } of this.placed.values()) bytes.copy(contents, at);
    return contents;
  }

  /** Hands what the kernel left in the block back to the memory it was made from. */
  update(contents: Buffer): void {
    for (const { at, bytes, update } of this.placed.values()) {
      update?.(contents.subarray(at, at + bytes.length));
    }
  }
}

export function isPointee(value: unknown): value is Pointee {
  return (
    typeof value === 'string' || value instanceof Memory || util.types.isArrayBufferView(value)
  );
}
