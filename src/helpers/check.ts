import util from 'node:util';

// The border of the helpers: what a test hands over is checked here, once, and answered precisely.

/** A number as the user wrote it, text in quotes, anything else in short. */
function show(value: unknown): string {
  return util.inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY });
}

/** Text without NUL bytes, which the kernel would take for its end. */
export function checkText(what: string, value: unknown): string {
  if (typeof value !== 'string') {
    throw new TypeError(`Expected the ${what} to be a string, got ${show(value)}`);
  }
  if (value.includes('\0')) {
    throw new TypeError(`Expected the ${what} to be without NUL bytes, got ${show(value)}`);
  }
  return value;
}

/** Text of one character or more. */
export function checkName(what: string, value: unknown): string {
  if (checkText(what, value) === '') {
    throw new TypeError(`Expected the ${what} not to be empty`);
  }
  return value as string;
}

/** Text of at most so many bytes in UTF-8. */
export function checkTextBytes(what: string, value: unknown, maxBytes: number): string {
  const text = checkText(what, value);
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes) {
    throw new TypeError(`Expected the ${what} to be at most ${maxBytes} bytes, got ${bytes}`);
  }
  return text;
}

/** A whole number, the bounds included. */
export function checkInteger(
  what: string,
  value: unknown,
  { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = {},
): number {
  if (!Number.isInteger(value)) {
    throw new TypeError(`Expected the ${what} to be an integer, got ${show(value)}`);
  }
  const number = value as number;
  if (number < min || number > max) {
    const range =
      max === Number.MAX_SAFE_INTEGER ? `at least ${min}` : `an integer from ${min} to ${max}`;
    throw new TypeError(`Expected the ${what} to be ${range}, got ${number}`);
  }
  return number;
}

export function checkBoolean(what: string, value: unknown): boolean {
  if (typeof value !== 'boolean') {
    throw new TypeError(`Expected the ${what} to be true or false, got ${show(value)}`);
  }
  return value;
}

/** Text becomes its bytes in UTF-8. By brand, not `instanceof`: the bytes may be of another realm. */
export function checkBytes(what: string, value: unknown): Uint8Array {
  if (typeof value === 'string') return Buffer.from(value);
  if (!util.types.isUint8Array(value)) {
    throw new TypeError(`Expected the ${what} to be a string or bytes, got ${show(value)}`);
  }
  return value;
}

export function checkOneOf<Value extends string>(
  what: string,
  value: unknown,
  allowed: readonly Value[],
): Value {
  if (!allowed.includes(value as Value)) {
    throw new TypeError(
      `Expected the ${what} to be one of ${allowed.map(show).join(', ')}, got ${show(value)}`,
    );
  }
  return value as Value;
}

/** An object with no options but the known ones. */
export function checkOptions<Options extends object>(
  what: string,
  value: Options,
  known: ReadonlyArray<keyof Options & string>,
): Options {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`Expected the options of ${what} to be an object, got ${show(value)}`);
  }
  for (const key of Object.keys(value)) {
    if (!(known as readonly string[]).includes(key)) {
      throw new TypeError(`Unknown option "${key}" of ${what}. It takes: ${known.join(', ')}`);
    }
  }
  return value;
}

/** A process id. */
export function checkPid(value: unknown): number {
  return checkInteger('process id', value, { min: 1, max: 2 ** 31 - 1 });
}

/** Permission bits, as in chmod(2). */
export function checkMode(value: unknown): number {
  return checkInteger('mode', value, { min: 0, max: 0o777 });
}

/** Milliseconds to wait; a day is as good as for ever, and fits every clock. */
export function checkWait(value: unknown): number {
  return checkInteger('wait, in milliseconds,', value, { min: 0, max: 86_400_000 });
}
