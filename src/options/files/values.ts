/** Checks of values that only file systems have. */
import { lstatSync, type Stats, statSync } from 'node:fs';
import { SandboxError } from '../../errors/sandbox-error';
import { checkAbsolutePath, unknownOption, wrongOption } from '../check';
import { isAtOrBelow } from './kept-paths';

/** A size as tmpfs takes it: bytes, or with k, m, g or %. tmpfs(5) */
export function checkSize(option: string, value: unknown): string {
  const isNumber = Number.isSafeInteger(value) && Number(value) > 0;
  const isText = typeof value === 'string' && /^[1-9]\d{0,14}[kmg%]?$/i.test(value);
  if (!isNumber && !isText) {
    throw wrongOption(option, "a number of bytes, or a text such as '64m', '1g' or '50%'", value);
  }
  return String(value);
}

/** As a text: the number 755 would be read as decimal. */
export function checkMode(option: string, value: unknown): string {
  if (typeof value !== 'string' || !/^[0-7]{3,4}$/.test(value)) {
    throw wrongOption(option, "an octal mode as a text, such as '755' or '1777'", value);
  }
  return value;
}

/** Refuses keys that are not known, each by name. */
export function checkKeys(
  option: string,
  given: Record<string, unknown>,
  known: readonly string[],
): void {
  for (const key of Object.keys(given)) {
    if (!known.includes(key)) throw unknownOption(key, known, `${option}.`);
  }
}

/**
 * What lies at a path of the host's, or undefined for nothing.
 *
 * @throws SandboxError when this user may not look there, or links lead nowhere.
 */
export function statusOf(
  option: string,
  file: string,
  { followLinks = true } = {},
): Stats | undefined {
  try {
    return (followLinks ? statSync : lstatSync)(file, { throwIfNoEntry: false });
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new SandboxError(`The path of "${option}" cannot be looked at: ${message}`, {
      option,
      subject: file,
      code,
    });
  }
}

/** An absolute path to a directory of the host's. */
export function checkDirectory(option: string, value: unknown): string {
  const directory = checkAbsolutePath(option, value);
  if (!statusOf(option, directory)?.isDirectory()) {
    throw new SandboxError(`The option "${option}" names no directory: ${directory}`, {
      option,
      subject: directory,
    });
  }
  return directory;
}

/** Layers of which one lies in another: the kernel says ELOOP. Documentation/filesystems/overlayfs.rst */
export function refuseOverlaps(option: string, layers: string[]): void {
  for (const [index, inner] of layers.entries()) {
    const outer = layers.find((other, at) => at !== index && isAtOrBelow(inner, other));
    if (outer !== undefined) {
      throw noOverlay(option, `${inner} lies in ${outer}: layers must not overlap.`);
    }
  }
}

export function noOverlay(option: string, reason: string): SandboxError {
  return new SandboxError(`The option "${option}" is no overlay that the kernel makes`, {
    option,
    reason,
  });
}
