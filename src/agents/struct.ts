import { Memory, type Pointee } from './memory';

// Structures of C by a small description, laid out as the compilers of x64 and arm64 do it.

/** Sizes of the numbers; `be` is network byte order. `long`, `ulong` and `pointer` are 8 bytes. */
const NUMBERS = {
  i8: 1,
  u8: 1,
  i16: 2,
  u16: 2,
  be16: 2,
  i32: 4,
  u32: 4,
  be32: 4,
  i64: 8,
  u64: 8,
  long: 8,
  ulong: 8,
  pointer: 8,
} as const;

type NumberType = keyof typeof NUMBERS;

/** A number, text of so many bytes (`char[16]`), or bytes (`bytes[8]`). */
export type FieldType = NumberType | `char[${number}]` | `bytes[${number}]`;

export type StructFields = Readonly<Record<string, FieldType>>;

type Packed<Type> = Type extends 'pointer'
  ? Pointee | null
  : Type extends `char[${number}]`
    ? string
    : Type extends `bytes[${number}]`
      ? Uint8Array
      : number | bigint;

type Unpacked<Type> = Type extends 'i64' | 'u64' | 'pointer'
  ? bigint
  : Type extends `char[${number}]`
    ? string
    : Type extends `bytes[${number}]`
      ? Buffer
      : number;

interface Field {
  name: string;
  type: FieldType;
  at: number;
  size: number;
}

export class Struct<Fields extends StructFields> {
  readonly size: number;
  private readonly fields: Field[] = [];

  constructor(fields: Fields) {
    let end = 0;
    let widest = 1;
    for (const [name, type] of Object.entries(fields)) {
      const { size, align } = measure(name, type);
      const at = roundUp(end, align);
      this.fields.push({ name, type, at, size });
      end = at + size;
      widest = Math.max(widest, align);
    }
    this.size = roundUp(end, widest);
  }

  /** Where a field begins, as offsetof(3). */
  offsetOf(name: keyof Fields & string): number {
    return this.field(name).at;
  }

  /** The structure with these values; what is left out is 0. */
  pack(values: { [Name in keyof Fields]?: Packed<Fields[Name]> } = {}): Memory {
    const bytes = Buffer.alloc(this.size);
    const pointers: Array<{ at: number; to: Pointee }> = [];
    for (const [name, value] of Object.entries(values)) {
      const field = this.field(name);
      if (value === undefined || value === null) continue;
      if (field.type === 'pointer') pointers.push({ at: field.at, to: value as Pointee });
      else write(bytes, field, value);
    }
    return new Memory(bytes, pointers);
  }

  /** The values at an offset of the bytes. 64-bit fields are bigints, `long` and `ulong` numbers. */
  unpack(
    from: Uint8Array | Memory,
    offset = 0,
  ): { [Name in keyof Fields]: Unpacked<Fields[Name]> } {
    const source = from instanceof Memory ? from.bytes : from;
    const bytes = Buffer.from(source.buffer as ArrayBuffer, source.byteOffset, source.byteLength);
    if (offset + this.size > bytes.length) {
      throw new RangeError(
        `A structure of ${this.size} bytes does not fit into ${bytes.length} at offset ${offset}`,
      );
    }
    const values = this.fields.map((field) => [field.name, read(bytes, offset + field.at, field)]);
    return Object.fromEntries(values);
  }

  private field(name: string): Field {
    const field = this.fields.find((each) => each.name === name);
    if (field === undefined) {
      const known = this.fields.map((each) => each.name).join(', ');
      throw new TypeError(`Unknown field "${name}" of the structure. It has: ${known}`);
    }
    return field;
  }
}

/** A structure of C, for memory that a system call reads or writes. */
export function struct<const Fields extends StructFields>(fields: Fields): Struct<Fields> {
  return new Struct(fields);
}

function roundUp(number: number, to: number): number {
  return Math.ceil(number / to) * to;
}

function measure(name: string, type: FieldType): { size: number; align: number } {
  const number = NUMBERS[type as NumberType];
  if (number !== undefined) return { size: number, align: number };
  const count = /^(?:char|bytes)\[(\d+)\]$/.exec(type)?.[1];
  if (count === undefined) {
    throw new TypeError(
      `Unknown type "${type}" of the field "${name}". Types: ${Object.keys(NUMBERS).join(', ')}, char[N], bytes[N]`,
    );
  }
  return { size: Number(count), align: 1 };
}

function write(bytes: Buffer, { name, type, at, size }: Field, value: unknown): void {
  if (type.startsWith('char') || type.startsWith('bytes')) {
    const source = typeof value === 'string' ? Buffer.from(value) : (value as Uint8Array);
    if (source.length > size) {
      throw new TypeError(`The field "${name}" has ${size} bytes, got ${source.length}`);
    }
    bytes.set(source, at);
  } else if (size === 8) {
    bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value as number | bigint)), at);
  } else {
    // Cut to size as C does it, so that -1 fits an unsigned field.
    const cut = Number(BigInt.asUintN(8 * size, BigInt(value as number | bigint)));
    if (type.startsWith('be')) bytes.writeUIntBE(cut, at, size);
    else bytes.writeUIntLE(cut, at, size);
  }
}

function read(bytes: Buffer, at: number, { type, size }: Field): unknown {
  if (type.startsWith('char')) {
    const text = bytes.toString('utf8', at, at + size);
    return text.includes('\0') ? text.slice(0, text.indexOf('\0')) : text;
  }
  if (type.startsWith('bytes')) return Buffer.from(bytes.subarray(at, at + size));
  switch (type) {
    case 'i64':
      return bytes.readBigInt64LE(at);
    case 'u64':
    case 'pointer':
      return bytes.readBigUInt64LE(at);
    case 'long':
      return Number(bytes.readBigInt64LE(at));
    case 'ulong':
      return Number(bytes.readBigUInt64LE(at));
  }
  if (type.startsWith('be')) return bytes.readUIntBE(at, size);
  return type.startsWith('i') ? bytes.readIntLE(at, size) : bytes.readUIntLE(at, size);
}
