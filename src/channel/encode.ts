/**
 * A message as one line of text: the structured clone that Jest and its workers exchange, in base64. A
 * line, because a test can write to any descriptor of its process: what is no message is one bad line.
 */
import { types } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { attempt } from './attempt';

/** One value as one line. What cannot be cloned is left out instead of losing the message. */
export function encode(value: unknown): string {
  let clone: Buffer;
  try {
    clone = serialize(value);
  } catch {
    clone = serialize(withoutUncloneable(value, new Map()));
  }
  return `${clone.toString('base64')}\n`;
}

/** The value of a line, or undefined for a line that `encode` never wrote. */
export function decode(line: string): unknown {
  try {
    return deserialize(Buffer.from(line, 'base64'));
  } catch {
    return undefined;
  }
}

const UNREADABLE = '[Unserialisable]';
/** Objects in objects beyond this are told in words: each is a call deep to copy and to clone. */
const DEEPEST = 500;

/** A copy without functions and symbols. Getters and proxies are the tests' code, and may throw. */
function withoutUncloneable(value: unknown, copies: Map<object, unknown>, depth = 0): unknown {
  if (depth > DEEPEST && typeof value === 'object') return UNREADABLE;
  return attempt(() => copyOf(value, copies, depth), UNREADABLE);
}

function copyOf(value: unknown, copies: Map<object, unknown>, depth: number): unknown {
  const inner = (item: unknown) => withoutUncloneable(item, copies, depth + 1);
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (copies.has(value)) return copies.get(value);
  if (types.isNativeError(value)) return cloneable(value);
  if (types.isMap(value)) {
    const copy = new Map();
    copies.set(value, copy);
    for (const [key, item] of value) {
      copy.set(inner(key), inner(item));
    }
    return copy;
  }
  if (types.isSet(value)) {
    const copy = new Set();
    copies.set(value, copy);
    for (const item of value) copy.add(inner(item));
    return copy;
  }
  if (isOpaque(value)) return cloneable(value);
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [] : {};
  copies.set(value, copy);
  for (const key of Object.keys(value)) {
    (copy as Record<string, unknown>)[key] = inner(
      attempt(() => Reflect.get(value, key), UNREADABLE),
    );
  }
  return copy;
}

/** Values whose contents are not properties. */
function isOpaque(value: object): boolean {
  return (
    types.isDate(value) ||
    types.isRegExp(value) ||
    types.isBoxedPrimitive(value) ||
    types.isAnyArrayBuffer(value) ||
    ArrayBuffer.isView(value) ||
    types.isPromise(value) ||
    types.isWeakMap(value) ||
    types.isWeakSet(value)
  );
}

function cloneable(value: object): unknown {
  return attempt(() => deserialize(serialize(value)), UNREADABLE);
}
