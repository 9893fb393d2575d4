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
    return `${JSON.stringify(toPlain(value, new Set()))}\n`;
  }
}

const CIRCULAR = '[Circular]';
const UNREADABLE = '[Unserialisable]';

/**
 * A copy that JSON can carry. Each object is written out once and only named after that: a graph written
 * out as a tree can be endless. Getters and toJSON are the tests' code, and may throw.
 */
function toPlain(value: unknown, seen: Set<object>): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return value;
  if (seen.has(value)) return CIRCULAR;
  seen.add(value);
  let copy: unknown;
  try {
    if (Array.isArray(value)) {
      copy = value.map((item) => toPlain(item, seen));
    } else if ('toJSON' in value && typeof value.toJSON === 'function') {
      copy = toPlain(value.toJSON(), seen);
    } else {
      copy = Object.fromEntries(
        Object.keys(value).map((key) => [key, plainProperty(value, key, seen)]),
      );
    }
  } catch {
    copy = UNREADABLE;
  }
  return copy;
}

function plainProperty(owner: object, key: string, seen: Set<object>): unknown {
  try {
    return toPlain((owner as Record<string, unknown>)[key], seen);
  } catch {
    return UNREADABLE;
  }
}
