const BILLION = 1_000_000_000n;

/** struct timespec of so many nanoseconds. */
export function timespec(nanoseconds: bigint): Buffer {
  const bytes = Buffer.alloc(16);
  const rest = ((nanoseconds % BILLION) + BILLION) % BILLION;
  bytes.writeBigInt64LE((nanoseconds - rest) / BILLION);
  bytes.writeBigInt64LE(rest, 8);
  return bytes;
}

export function readTimespec(bytes: Buffer, at = 0): bigint {
  return bytes.readBigInt64LE(at) * BILLION + bytes.readBigInt64LE(at + 8);
}

export function millisecondsSpec(milliseconds: number): Buffer {
  return timespec(BigInt(Math.round(milliseconds * 1_000_000)));
}
