/** What later versions do for Node 20: V8's code of modules is kept in a file. */
import { createHash, randomUUID } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import Module from 'node:module';
import path from 'node:path';
import { cachedDataVersionTag } from 'node:v8';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';
import { mayImport } from '../text/may-import';

/** CommonJS, as Node's own loader runs it. lib/internal/modules/cjs/loader.js */
interface CommonJsModule {
  exports: object;
  require(id: string): unknown;
  _compile: Compile;
}
type Compile = (this: CommonJsModule, code: string, filename: string, format?: string) => unknown;

interface ModuleInternals {
  prototype: CommonJsModule;
  _resolveFilename(
    request: string,
    parent: CommonJsModule,
    isMain: boolean,
    options?: object,
  ): string;
  _resolveLookupPaths(request: string, parent: CommonJsModule): string[] | null;
  _extensions: object;
  _cache: object;
}
const internals = Module as unknown as ModuleInternals;

type Wrapper = (
  exports: object,
  require: unknown,
  module: CommonJsModule,
  filename: string,
  folder: string,
) => unknown;

interface Kept {
  hash: string;
  data: Buffer;
}

/** What is installed, and not the project's own, which changes. */
const INSTALLED = /[\\/]node_modules[\\/]/;
const HEAD = '(function (exports, require, module, __filename, __dirname) { ';
/** Fewer that are new are not worth the writing. */
const WORTH_WRITING = 20;
/** V8 copies what is not so aligned. */
const ALIGNMENT = 8;
/** In bytes: beyond it only what this process has loaded stays. An update leaves much behind. */
const MOST = 16 * 1024 * 1024;

export class ModuleCode {
  readonly #file: string;
  readonly #kept: Map<string, Kept>;
  readonly #loaded = new Set<string>();
  readonly #compiled = new Map<string, { hash: string; script: Script }>();

  /**
   * @param folder Where to keep it.
   * @param project Whose modules: what tells one project from another.
   */
  constructor(folder: string, project: string) {
    // V8's tag is of its version and all its flags.
    const place = [
      process.version,
      process.arch,
      cachedDataVersionTag(),
      process.getuid?.(),
      project,
    ];
    this.#file = path.join(folder, `${hashOf(place.join(' '))}.code`);
    this.#kept = read(this.#file);
  }

  /** From here on modules are compiled with what is kept. Returns what puts Node's own way back. */
  install(): () => void {
    const { prototype } = internals;
    const { _compile: compile } = prototype;
    let isOn = true;
    const wrapperOf = (code: string, filename: string) => this.#compile(code, filename);
    function _compile(this: CommonJsModule, code: string, filename: string, format?: string) {
      const isCommonJs = format === undefined || format === 'commonjs';
      const isOurs = isOn && isCommonJs && INSTALLED.test(filename);
      const wrapper = isOurs ? wrapperOf(code, filename) : undefined;
      if (!wrapper) return compile.call(this, code, filename, format);
      const folder = path.dirname(filename);
      return wrapper.call(this.exports, this.exports, requireOf(this), this, filename, folder);
    }
    prototype._compile = _compile;
    return () => {
      isOn = false;
      // Others may have put theirs over ours.
      if (prototype._compile === _compile) prototype._compile = compile;
    };
  }

  /** Keeps what was compiled, with all functions that were called since. */
  save(): void {
    if (this.#compiled.size < WORTH_WRITING) return;
    try {
      makeFolder(path.dirname(this.#file));
      write(this.#file, this.#entries());
    } catch {
      // It was for speed only.
    }
  }

  #entries(): Map<string, Kept> {
    const compiled = [...this.#compiled].map(
      ([filename, { hash, script }]) =>
        [filename, { hash, data: script.createCachedData() }] as const,
    );
    const all = new Map([...this.#kept, ...compiled]);
    if (sizeOf(all) <= MOST) return all;
    return new Map([...all].filter(([filename]) => this.#loaded.has(filename)));
  }

  /** Nothing for what only Node can run, or say what is wrong with. */
  #compile(code: string, filename: string): Wrapper | undefined {
    // Source maps are read by Node's own way of compiling.
    if (process.sourceMapsEnabled || mayImport(code)) return undefined;
    try {
      const hash = hashOf(code);
      const kept = this.#kept.get(filename);
      const cachedData = kept?.hash === hash ? kept.data : undefined;
      const script = new Script(`${HEAD}${code}\n})`, {
        filename,
        columnOffset: -HEAD.length,
        cachedData,
      });
      this.#loaded.add(filename);
      if (cachedData === undefined || script.cachedDataRejected) {
        this.#compiled.set(filename, { hash, script });
      }
      return script.runInThisContext();
    } catch {
      return undefined;
    }
  }
}

/** As Node makes it for each module. lib/internal/modules/helpers.js */
function requireOf(module: CommonJsModule): unknown {
  function require(id: string) {
    return module.require(id);
  }
  function resolve(request: string, options?: object) {
    return internals._resolveFilename(request, module, false, options);
  }
  resolve.paths = function paths(request: string) {
    return internals._resolveLookupPaths(request, module);
  };
  require.resolve = resolve;
  require.main = process.mainModule;
  require.extensions = internals._extensions;
  require.cache = internals._cache;
  return require;
}

type Index = [filename: string, hash: string, length: number][];

/** A checksum of all that follows: V8 runs what it is given. The length of an index. */
const HEADER = 8;

/** The header, the index, and one datum for each of its entries. */
function read(file: string): Map<string, Kept> {
  try {
    const all = readOwn(file);
    if (crc32(all.subarray(4)) !== all.readUInt32LE(0)) return new Map();
    const start = HEADER + all.readUInt32LE(4);
    let at = aligned(start);
    const index = JSON.parse(all.toString('utf8', HEADER, start)) as Index;
    const kept = new Map<string, Kept>();
    for (const [filename, hash, length] of index) {
      kept.set(filename, { hash, data: all.subarray(at, at + length) });
      at = aligned(at + length);
    }
    return kept;
  } catch {
    // There is none yet, or it is not whole.
    return new Map();
  }
}

/** @throws Error for a file that another user may have written. */
function readOwn(file: string): Buffer {
  const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    if (fstatSync(fd).uid !== process.geteuid?.()) throw new Error('It is of another user');
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** @throws Error where nothing can be kept: to be known before there is much to keep. */
function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  accessSync(folder, constants.W_OK);
}

function write(file: string, entries: Map<string, Kept>): void {
  const index: Index = [...entries].map(([filename, { hash, data }]) => [
    filename,
    hash,
    data.length,
  ]);
  const text = Buffer.from(JSON.stringify(index));
  const header = Buffer.alloc(HEADER);
  header.writeUInt32LE(text.length, 4);
  const parts = [Buffer.concat([header, text]), ...[...entries.values()].map(({ data }) => data)];
  const padded = parts.flatMap((part) => [part, Buffer.alloc(aligned(part.length) - part.length)]);
  const all = Buffer.concat(padded);
  all.writeUInt32LE(crc32(all.subarray(4)), 0);
  // Several processes may do this at once.
  const unfinished = `${file}.${randomUUID()}`;
  try {
    writeFileSync(unfinished, all);
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}

function sizeOf(entries: Map<string, Kept>): number {
  return [...entries.values()].reduce((sum, { data }) => sum + data.length, 0);
}

const aligned = (length: number) => Math.ceil(length / ALIGNMENT) * ALIGNMENT;

const hashOf = (text: string) => createHash('sha1').update(text).digest('base64url');
