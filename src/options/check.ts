/** Checks of one value each. They return the value with its type, or throw one sentence. */
import path from 'node:path';
import { inspect } from 'node:util';
import { SandboxError } from '../errors/sandbox-error';
import { nearest } from '../text/nearest';

/** uname(2): the kernel's names hold 64 bytes. */
const MAX_NAME_BYTES = 64;

export function wrongOption(option: string, expected: string, value: unknown): SandboxError {
  return new SandboxError(
    `Expected the option "${option}" to be ${expected}, got ${inspect(value, { breakLength: Infinity })}`,
    { option },
  );
}

export function unknownOption(option: string, known: readonly string[], parent = ''): SandboxError {
  const suggestion = nearest(option, known);
  return new SandboxError(
    `Unknown option "${parent}${option}".${
      suggestion ? ` Did you mean "${parent}${suggestion}"?` : ` Known: ${known.join(', ')}`
    }`,
    { option: `${parent}${option}` },
  );
}

/** A value that has to be one of many names, and is none. */
export function unknownName(
  option: string,
  kind: string,
  name: string,
  known: readonly string[],
): SandboxError {
  const suggestion = nearest(name, known);
  return new SandboxError(
    `Unknown ${kind} "${name}" in the option "${option}".${suggestion ? ` Did you mean "${suggestion}"?` : ''}`,
    { option, subject: name },
  );
}

export function checkBoolean(option: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw wrongOption(option, 'true or false', value);
  return value;
}

export function checkOneOf<T extends boolean | string>(
  option: string,
  values: readonly T[],
  value: unknown,
): T {
  if (!values.includes(value as T)) {
    throw wrongOption(option, values.map((item) => inspect(item)).join(', '), value);
  }
  return value as T;
}

export function checkObject(option: string, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrongOption(option, 'an object', value);
  }
  return value as Record<string, unknown>;
}

/** An object that has none but the known keys. */
export function checkKeys(
  option: string,
  value: unknown,
  known: readonly string[],
): Record<string, unknown> {
  const given = checkObject(option, value);
  for (const key of Object.keys(given)) {
    if (!known.includes(key)) throw unknownOption(key, known, `${option}.`);
  }
  return given;
}

export function checkArray(option: string, value: unknown): unknown[] {
  if (!Array.isArray(value)) throw wrongOption(option, 'an array', value);
  // Holes are passed over by map() and its kin; spread, they are undefined like any other.
  return [...value];
}

export function checkText(option: string, value: unknown): string {
  if (typeof value !== 'string' || value === '' || value.includes('\0')) {
    throw wrongOption(option, 'a non-empty string without NUL', value);
  }
  return value;
}

/** A host or domain name. */
export function checkName(option: string, value: unknown): string {
  const name = checkText(option, value);
  const bytes = Buffer.byteLength(name);
  if (bytes > MAX_NAME_BYTES) {
    throw new SandboxError(
      `Expected the option "${option}" to be at most ${MAX_NAME_BYTES} bytes, got ${bytes}`,
      { option },
    );
  }
  return name;
}

export function checkAbsolutePath(option: string, value: unknown): string {
  const text = checkText(option, value);
  if (!path.isAbsolute(text)) throw wrongOption(option, 'an absolute path', value);
  return path.resolve(text);
}

/** setTimeout takes no more; a longer wait would be none. */
export const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Milliseconds, or false for no limit. */
export function checkTimeout(option: string, value: unknown): number | false {
  const isLimit = Number.isInteger(value) && Number(value) > 0 && Number(value) <= MAX_TIMEOUT_MS;
  if (value !== false && !isLimit) {
    throw wrongOption(option, `milliseconds from 1 to ${MAX_TIMEOUT_MS}, or false`, value);
  }
  return value as number | false;
}

export function checkInteger(option: string, value: unknown, min: number, max: number): number {
  if (!Number.isInteger(value) || Number(value) < min || Number(value) > max) {
    throw wrongOption(option, `a whole number from ${min} to ${max}`, value);
  }
  return value as number;
}
