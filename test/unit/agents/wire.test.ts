import { describe, expect, test } from '@jest/globals';
import { Memory } from '../../../src/agents/memory';
import { callRequest, MAX_MESSAGE, parseAnswer, request } from '../../../src/agents/wire';

const HEADER = 8;
const CALL = 64;

describe('a system call on the wire', () => {
  test('has its number, and its arguments as 64 bits', () => {
    const { bytes } = callRequest(7, [1, -1, 2n ** 63n, true, null]);
    expect(bytes.readUInt32LE(0)).toBe(1);
    expect(bytes.readBigUInt64LE(HEADER)).toBe(7n);
    const argument = (index: number) => bytes.readBigUInt64LE(HEADER + 8 + 8 * index);
    expect([0, 1, 2, 3, 4, 5].map(argument)).toEqual([1n, 2n ** 64n - 1n, 2n ** 63n, 1n, 0n, 0n]);
    expect(bytes.readUInt32LE(HEADER + 56)).toBe(0);
  });

  test('has memory behind it, aligned, and says which arguments are addresses', () => {
    const { bytes } = callRequest(7, ['ab', 5, Buffer.from('xyz')]);
    expect(bytes.readUInt32LE(HEADER + 56)).toBe(0b101);
    const memory = bytes.subarray(HEADER + CALL + 8);
    expect(bytes.readBigUInt64LE(HEADER + 8)).toBe(0n);
    expect(bytes.readBigUInt64LE(HEADER + 24)).toBe(16n);
    expect(memory.toString('latin1')).toBe(`ab\0${'\0'.repeat(13)}xyz${'\0'.repeat(13)}`);
  });

  test('has a relocation for each pointer in memory', () => {
    const inner = new Memory(Buffer.from('inner'));
    const outer = new Memory(16, [{ at: 8, to: inner }]);
    const { bytes } = callRequest(7, [outer, inner]);
    expect(bytes.readUInt32LE(HEADER + 60)).toBe(1);
    expect(bytes.readUInt32LE(HEADER + CALL)).toBe(8);
    expect(bytes.readUInt32LE(HEADER + CALL + 4)).toBe(16);
    // The same memory twice is one.
    expect(bytes.readBigUInt64LE(HEADER + 16)).toBe(16n);
  });

  test('puts what the kernel wrote where it was taken from', () => {
    const view = new Uint16Array(2);
    const inner = new Memory(4);
    const { update } = callRequest(7, [view, new Memory(8, [{ at: 0, to: inner }])]);
    const answer = Buffer.alloc(48);
    answer.writeUInt16LE(3, 2);
    answer.write('in', 32);
    update(answer);
    expect([...view]).toEqual([0, 3]);
    expect(inner.bytes.toString()).toBe('in\0\0');
  });

  test('is refused when it is too long', () => {
    expect(() => request(1, Buffer.alloc(MAX_MESSAGE))).toThrow(/at most 131072 bytes/);
  });
});

test('an answer has value, error and bytes', () => {
  const bytes = Buffer.alloc(18);
  bytes.writeBigInt64LE(-1n, 0);
  bytes.writeBigInt64LE(13n, 8);
  expect(parseAnswer(bytes)).toEqual({ value: -1n, error: 13, rest: Buffer.alloc(2) });
});
