/**
 * Errors across the channel. A structured clone keeps an error's message and stack; Jest also prints
 * causes, the errors of an AggregateError and what matchers attach, and reporters read them.
 */
import path from 'node:path';
import { types } from 'node:util';
import { attempt, isList } from './attempt';

/** An error as a plain value. Marked by its only key. */
interface PackedError {
  'ns-jest:error': {
    /** Texts, unless the tests made something else of them. */
    name: unknown;
    message: unknown;
    stack: string | undefined;
    /** Which of these, its cause and its errors are among its keys. */
    enumerable: string[];
    /** What is kept of other own properties: `code`, `matcherResult`, ... */
    properties: Record<string, unknown>;
    cause?: unknown;
    errors?: unknown[];
  };
}

const MARK = 'ns-jest:error';
/** Rooms of ours through which Jest's calls go on their way to and from the file. */
const OUR_ROOMS = ['environment', 'test-process'];
const OWN = ['name', 'message', 'stack', 'cause', 'errors'];

/** Causes of causes beyond this are told in words: each is a call deep to pack, to clone and to print. */
const DEEPEST = 100;

/** What was thrown, of whatever kind: errors packed, also those that a plain object holds. */
export function packError(thrown: unknown): unknown {
  return new Packer().pack(thrown, 0);
}

/** An error that is met twice, such as a shared cause or one that leads back, is packed once. */
class Packer {
  readonly #packed = new Map<unknown, PackedError>();

  pack(thrown: unknown, depth: number): unknown {
    if (isPlainObject(thrown)) return mapValues(thrown, (value) => this.#packOwn(value, depth));
    return this.#packOwn(thrown, depth);
  }

  #packOwn(thrown: unknown, depth: number): unknown {
    if (!isError(thrown)) return thrown;
    const known = this.#packed.get(thrown);
    if (known) return known;
    if (depth > DEEPEST) return `${read(thrown, 'name')}: ${read(thrown, 'message')}`;
    const keys = attempt(() => Object.keys(thrown), []);
    const packed: PackedError = {
      [MARK]: {
        name: read(thrown, 'name'),
        message: read(thrown, 'message'),
        stack: withoutOurFrames(read(thrown, 'stack') as string | undefined),
        enumerable: keys.filter((key) => OWN.includes(key)),
        properties: {},
      },
    };
    this.#packed.set(thrown, packed);
    const parts = packed[MARK];
    for (const key of keys) {
      if (!OWN.includes(key)) parts.properties[key] = this.#packOwn(read(thrown, key), depth + 1);
    }
    if (attempt(() => 'cause' in thrown, false)) {
      parts.cause = this.pack(read(thrown, 'cause'), depth + 1);
    }
    const errors = read(thrown, 'errors');
    if (Array.isArray(errors)) parts.errors = errors.map((each) => this.pack(each, depth + 1));
    return packed;
  }
}

/** The error that was packed, or the value that was none. */
export function unpackError(value: unknown): unknown {
  return unpackWith(value, new Map());
}

function unpackWith(value: unknown, unpacked: Map<unknown, Error>): unknown {
  const isHolder = isPlainObject(value) && !(MARK in value);
  const unpack = (each: unknown) => unpackOwn(each, unpacked);
  return isHolder ? mapValues(value, unpack) : unpack(value);
}

/** A test may write the mark, too. */
function isPacked(value: unknown): value is PackedError {
  const parts = isPlainObject(value) ? read(value, MARK) : undefined;
  if (!isPlainObject(parts)) return false;
  const { enumerable, properties, errors } = parts;
  return (
    isList(enumerable) && isPlainObject(properties) && (errors === undefined || isList(errors))
  );
}

function unpackOwn(value: unknown, unpacked: Map<unknown, Error>): unknown {
  if (!isPacked(value)) return value;
  const packed = value[MARK];
  const known = unpacked.get(value);
  if (known) return known;
  const error = new Error();
  unpacked.set(value, error);
  const define = (key: string, value: unknown) =>
    Object.defineProperty(error, key, {
      value,
      writable: true,
      configurable: true,
      enumerable: packed.enumerable.includes(key),
    });
  // First: V8 makes a stack of the message, which may be what no text can be made of.
  define('stack', packed.stack);
  define('message', packed.message);
  if (packed.name !== error.name || packed.enumerable.includes('name')) define('name', packed.name);
  if ('cause' in packed) define('cause', unpackWith(packed.cause, unpacked));
  if (packed.errors)
    define(
      'errors',
      packed.errors.map((each) => unpackWith(each, unpacked)),
    );
  return Object.assign(
    error,
    mapValues(packed.properties, (each) => unpackOwn(each, unpacked)),
  );
}

const OUR_FRAME = new RegExp(
  `\\n *at [^\\n]*${escapeRegExp(path.join(__dirname, '..', '/'))}(${OUR_ROOMS.join('|')})/[^\\n]*`,
  'g',
);

/** Jest leaves its own frames out of what it prints. Ours are as little the reader's business. */
export function withoutOurFrames(stack: string | undefined): string | undefined {
  return typeof stack === 'string' ? stack.replace(OUR_FRAME, '') : stack;
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || types.isNativeError(value)) return false;
  // Of any realm: its prototype is the last one.
  return attempt(() => {
    const prototype = Object.getPrototypeOf(value);
    return prototype === null || Object.getPrototypeOf(prototype) === null;
  }, false);
}

function mapValues(
  object: Record<string, unknown>,
  change: (value: unknown) => unknown,
): Record<string, unknown> {
  const keys = attempt(() => Object.keys(object), []);
  return Object.fromEntries(keys.map((key) => [key, change(read(object, key))]));
}

/** Of any realm, and of any making: a DOMException of jsdom's is no error to V8. */
function isError(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (types.isNativeError(value)) return true;
  const isText = (key: string) => typeof read(value, key) === 'string';
  return !isPlainObject(value) && isText('message') && isText('stack');
}

function read(owner: object, key: string): unknown {
  return attempt(() => (owner as Record<string, unknown>)[key], undefined);
}
