import fs from 'node:fs';
import path from 'node:path';
import { SandboxError } from '../errors/sandbox-error';
import { SystemError, type SystemErrorFacts } from '../errors/system-error';
import type { Readings } from '../traces/sources';
import type { Binding } from './binding';
import type { SandboxFacts } from './sandbox-facts';

const PROCESS_WIDE = Symbol.for('ns-jest.processWide');
const ADDON_FILE = 'ns_jest.node';
const LOAD_STEP = 'load the addon';

/** What all realms of this process share. */
export interface ProcessWide {
  sandbox?: SandboxFacts;
  /** What the sandbox's own namespaces said before the file ran. */
  start?: Readings;
  /** The agents that are alive, oldest first. */
  agents?: Set<{ end(): void; reapNow(): void }>;
}

type Addon = Binding & { [PROCESS_WIDE]?: ProcessWide };

let loaded: Addon | undefined;

/**
 * Where the package's binaries are, most wanted first: `$NS_JEST_BINARIES` is how a sanitizer build
 * is tried.
 */
function binaryFolders(): string[] {
  const override = process.env.NS_JEST_BINARIES;
  if (override) return [path.resolve(override)];
  const packageRoot = path.join(__dirname, '..', '..');
  return [path.join(packageRoot, 'prebuilds', `linux-${process.arch}`)];
}

/**
 * Throws as `binaryPath` does if a binary is missing.
 *
 * @throws SandboxError when the addon cannot be loaded.
 */
export function requireBinaries(): void {
  for (const name of ['ns-init', 'ns-agent']) binaryPath(name);
  addon();
}

/**
 * The path of one of the package's binaries, for example `ns-init`.
 * Throws an Error that lists every path tried if there is no such file.
 */
export function binaryPath(name: string): string {
  if (process.platform !== 'linux') {
    throw new Error(
      `ns-jest needs Linux: namespaces are a feature of its kernel. This is ${process.platform}.`,
    );
  }
  const tried = binaryFolders().map((folder) => path.join(folder, name));
  const found = tried.find((candidate) => fs.existsSync(candidate));
  if (found === undefined) {
    throw new Error(
      `Cannot find ns-jest's binary ${name} for linux-${process.arch}. Tried:\n` +
        `${tried.map((candidate) => `  ${candidate}`).join('\n')}\n` +
        'Reinstall ns-jest, or in a clone of it: npm run build:addon',
    );
  }
  return found;
}

function addon(): Addon {
  // Jest hands a .node file to Node's own require, so every realm gets this one object.
  loaded ??= loadAddon(binaryPath(ADDON_FILE));
  return loaded;
}

function loadAddon(file: string): Addon {
  try {
    return require(file) as Addon;
  } catch (error) {
    // Few processes need them, and they read what this one loads.
    const { hintFor } = require('../errors/pitfalls') as typeof import('../errors/pitfalls');
    const { message, code = '' } = error as NodeJS.ErrnoException;
    throw new SandboxError(`Could not load the addon: ${message}`, {
      step: LOAD_STEP,
      subject: file,
      code,
      ...hintFor(LOAD_STEP, code, file),
    });
  }
}

/**
 * Calls one function of the addon. The facts complete the error if the kernel refuses: what it was
 * about, by name, as `path` does in an error of `fs`.
 */
export function callNative<Name extends keyof Binding>(
  name: Name,
  args: Parameters<Binding[Name]>,
  facts: SystemErrorFacts = {},
): ReturnType<Binding[Name]> {
  const operation = addon()[name] as (...values: unknown[]) => unknown;
  try {
    return intoThisRealm(operation(...args)) as ReturnType<Binding[Name]>;
  } catch (error) {
    throw errorOfThisRealm(error, facts);
  }
}

/** The object that all realms of this process share; the test process fills it. */
export function processWide(): ProcessWide {
  const exports = addon();
  exports[PROCESS_WIDE] ??= {};
  return exports[PROCESS_WIDE];
}

/**
 * A Jest test runs in a vm context, but the addon was loaded outside of it: what it makes has foreign
 * prototypes, which fail `toStrictEqual` and `instanceof`. So results are built again here.
 */
function intoThisRealm(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) {
    return Buffer.from(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  }
  if (Array.isArray(value)) return Array.from(value, intoThisRealm);
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, intoThisRealm(v)]));
}

function errorOfThisRealm(error: unknown, facts: SystemErrorFacts): Error {
  const foreign = error as Error & { errno?: number; syscall?: string; kernelMessage?: string };
  if (typeof foreign.errno === 'number' && typeof foreign.syscall === 'string') {
    const { errno, syscall, kernelMessage } = foreign;
    return new SystemError({ errno, syscall, facts, ...(kernelMessage && { kernelMessage }) });
  }
  const kinds: Record<string, ErrorConstructor> = { RangeError, TypeError };
  return new (kinds[foreign.name] ?? Error)(foreign.message);
}
