import { describe, expect, test } from '@jest/globals';
import { Memory } from '../../../src/agents/memory';
import { struct } from '../../../src/agents/struct';

describe('a structure', () => {
  test('is laid out as a C compiler does it', () => {
    const layout = struct({ a: 'u8', b: 'u32', c: 'u16', d: 'u64', name: 'char[3]' });
    expect(layout.offsetOf('b')).toBe(4);
    expect(layout.offsetOf('c')).toBe(8);
    expect(layout.offsetOf('d')).toBe(16);
    expect(layout.offsetOf('name')).toBe(24);
    // Filled up, so that the next one of an array is aligned.
    expect(layout.size).toBe(32);
  });

  test('gives back what was packed', () => {
    const layout = struct({
      ...{ signed: 'i32', unsigned: 'u32', network: 'be16', wide: 'u64' },
      ...{ size: 'ulong', name: 'char[8]', raw: 'bytes[4]' },
    });
    const packed = layout.pack({
      ...{ signed: -1, unsigned: -1, network: 80, wide: 2n ** 64n - 1n },
      ...{ size: 4096, name: 'hello', raw: Buffer.from([1, 2, 3, 4]) },
    });
    expect(packed.bytes.readUInt16BE(layout.offsetOf('network'))).toBe(80);
    expect(layout.unpack(packed)).toEqual({
      ...{ signed: -1, unsigned: 0xffff_ffff, network: 80, wide: 2n ** 64n - 1n },
      ...{ size: 4096, name: 'hello', raw: Buffer.from([1, 2, 3, 4]) },
    });
  });

  test('keeps pointers beside its bytes', () => {
    const layout = struct({ length: 'u32', base: 'pointer' });
    const target = new Memory(4);
    const packed = layout.pack({ length: 4, base: target });
    expect(packed.pointers).toEqual([{ at: 8, to: target }]);
    expect(layout.pack({ base: null }).pointers).toEqual([]);
  });

  test('is read at an offset, and not beyond the end', () => {
    const layout = struct({ value: 'u32' });
    expect(layout.unpack(Buffer.from([0, 0, 0, 0, 7, 0, 0, 0]), 4)).toEqual({ value: 7 });
    expect(() => layout.unpack(Buffer.alloc(7), 4)).toThrow(
      new RangeError('A structure of 4 bytes does not fit into 7 at offset 4'),
    );
  });

  test('refuses what it has not', () => {
    expect(() => struct({ a: 'u7' as never })).toThrow(/^Unknown type "u7" of the field "a"/);
    const layout = struct({ name: 'char[2]' });
    expect(() => layout.pack({ nmae: 'x' } as never)).toThrow(
      'Unknown field "nmae" of the structure. It has: name',
    );
    expect(() => layout.pack({ name: 'abc' })).toThrow('The field "name" has 2 bytes, got 3');
  });
});
