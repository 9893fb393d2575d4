import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** Calls `onValue` with each line of `stream`, parsed. Lines that are no JSON go to `onGarbage`. */
export function readJsonLines<T>(
  stream: Readable,
  onValue: (value: T) => void,
  onGarbage: (line: string) => void = () => {},
): void {
  const decoder = new StringDecoder('utf8');
  // Pieces of the line that is still arriving: joined once, so that a long line costs its length.
  let pieces: string[] = [];
  stream.on('data', (chunk: Buffer) => {
    const lines = decoder.write(chunk).split('\n');
    const last = lines.pop() as string;
    for (const line of lines) {
      const whole = pieces.join('') + line;
      pieces = [];
      let value: T;
      try {
        value = JSON.parse(whole) as T;
      } catch {
        onGarbage(whole);
        continue;
      }
      onValue(value);
    }
    pieces.push(last);
  });
}

/** One value as one line. What JSON cannot carry is told in words instead of losing the message. */
export function toJsonLine(value: unknown): string {
  try {
    return `${JSON.stringify(value)}\n`;
  } catch {
    return `${JSON.stringify(withoutCyclesAndBigInts(value, []))}\n`;
  }
}

function withoutCyclesAndBigInts(value: unknown, ancestors: unknown[]): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return value;
  if (ancestors.includes(value)) return '[Circular]';
  const path = [...ancestors, value];
  if (Array.isArray(value)) return value.map((item) => withoutCyclesAndBigInts(item, path));
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    return withoutCyclesAndBigInts(value.toJSON(), path);
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, withoutCyclesAndBigInts(item, path)]),
  );
}
