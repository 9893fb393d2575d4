/**
 * Errors across the channel. A structured clone keeps an error's message and stack; Jest also prints
 * causes, the errors of an AggregateError and what matchers attach, and reporters read them.
 */
import path from 'node:path';
import { types } from 'node:util';

/** An error as a plain value. Marked by its only key. */
interface PackedError {
  'ns-jest:error': {
    name: string;
    message: string;
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

/** What was thrown, of whatever kind: errors packed, also those that a plain object holds. */
export function packError(thrown: unknown, seen = new Set<unknown>()): unknown {
  if (isPlainObject(thrown)) return mapValues(thrown, (value) => packOwn(value, seen));
  return packOwn(thrown, seen);
}

function packOwn(thrown: unknown, seen: Set<unknown>): unknown {
  if (!isError(thrown)) return thrown;
  // A cause that leads back to its error.
  if (seen.has(thrown)) return String(thrown);
  seen.add(thrown);
  const { name, message, cause, errors } = thrown;
  const stack = withoutOurFrames(thrown.stack);
  const enumerable = Object.keys(thrown).filter((key) => OWN.includes(key));
  const properties = Object.fromEntries(
    Object.entries(thrown).filter(([key]) => !enumerable.includes(key)),
  );
  const packed: PackedError = { [MARK]: { name, message, stack, enumerable, properties } };
  if ('cause' in thrown) packed[MARK].cause = packError(cause, seen);
  if (Array.isArray(errors)) packed[MARK].errors = errors.map((each) => packError(each, seen));
  return packed;
}

/** The error that was packed, or the value that was none. */
export function unpackError(value: unknown): unknown {
  const isHolder = isPlainObject(value) && !(MARK in value);
  return isHolder ? mapValues(value, unpackOwn) : unpackOwn(value);
}

function unpackOwn(value: unknown): unknown {
  const packed = (value as PackedError | null | undefined)?.[MARK];
  if (packed === undefined) return value;
  const error = new Error();
  const define = (key: string, value: unknown) =>
    Object.defineProperty(error, key, {
      value,
      writable: true,
      configurable: true,
      enumerable: packed.enumerable.includes(key),
    });
  define('message', packed.message);
  define('stack', packed.stack);
  if (packed.name !== error.name || packed.enumerable.includes('name')) define('name', packed.name);
  if ('cause' in packed) define('cause', unpackError(packed.cause));
  if (packed.errors) define('errors', packed.errors.map(unpackError));
  return Object.assign(error, packed.properties);
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
  if (typeof value !== 'object' || value === null || isError(value)) return false;
  // Of any realm: its prototype is the last one.
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function mapValues(
  object: Record<string, unknown>,
  change: (value: unknown) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

type AnyError = Error & { cause?: unknown; errors?: unknown };

/** Of any realm: tests have one of their own. */
function isError(value: unknown): value is AnyError {
  return types.isNativeError(value) || value instanceof Error;
}
