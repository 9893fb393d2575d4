/** What Node does from 22.1 on, for versions before: V8's code of modules is kept in a file. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import Module from 'node:module';
import path from 'node:path';
import vm from 'node:vm';
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

export class ModuleCode {
  readonly #file: string;
  readonly #kept: Map<string, Kept>;
  readonly #compiled = new Map<string, { hash: string; script: vm.Script }>();
  #isNew = 0;

  /** @param folder Where to keep it: of one version of Node, with one set of flags, at a time. */
  constructor(folder: string) {
    const place = [process.version, process.arch, ...process.execArgv];
    this.#file = path.join(folder, `${hashOf(place.join(' '))}.code`);
    this.#kept = read(this.#file);
  }

  /** From here on modules are compiled with what is kept. Returns what puts Node's own way back. */
  install(): () => void {
    const { prototype } = internals;
    const { _compile: compile } = prototype;
    const wrapperOf = (code: string, filename: string) => this.#compile(code, filename);
    prototype._compile = function compileKept(code, filename, format) {
      const isCommonJs = format === undefined || format === 'commonjs';
      const wrapper = isCommonJs && INSTALLED.test(filename) && wrapperOf(code, filename);
      if (!wrapper) return compile.call(this, code, filename, format);
      const folder = path.dirname(filename);
      return wrapper.call(this.exports, this.exports, requireOf(this), this, filename, folder);
    };
    return () => {
      prototype._compile = compile;
    };
  }

  /** Keeps what was compiled, with all functions that were called since. */
  save(): void {
    if (this.#isNew < WORTH_WRITING) return;
    const entries = new Map(this.#kept);
    for (const [filename, { hash, script }] of this.#compiled) {
      entries.set(filename, { hash, data: script.createCachedData() });
    }
    try {
      write(this.#file, entries);
    } catch {
      // It was for speed only.
    }
  }

  /** Nothing for what only Node can run, or say what is wrong with. */
  #compile(code: string, filename: string): Wrapper | undefined {
    if (mayImport(code)) return undefined;
    const hash = hashOf(code);
    const kept = this.#kept.get(filename);
    const cachedData = kept?.hash === hash ? kept.data : undefined;
    try {
      const script = new vm.Script(`${HEAD}${code}\n})`, {
        filename,
        columnOffset: -HEAD.length,
        cachedData,
      });
      if (cachedData === undefined || script.cachedDataRejected) {
        this.#isNew += 1;
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
  const require = (id: string) => module.require(id);
  const resolve = (request: string, options?: object) =>
    internals._resolveFilename(request, module, false, options);
  resolve.paths = (request: string) => internals._resolveLookupPaths(request, module);
  require.resolve = resolve;
  require.main = process.mainModule;
  require.extensions = internals._extensions;
  require.cache = internals._cache;
  return require;
}

type Index = [filename: string, hash: string, length: number][];

/** The length of an index, the index, and one datum for each of its entries. */
function read(file: string): Map<string, Kept> {
  try {
    const all = readFileSync(file);
    const start = all.readUInt32LE(0);
    let at = aligned(start);
    const index = JSON.parse(all.toString('utf8', 4, start)) as Index;
    const kept = new Map<string, Kept>();
    for (const [filename, hash, length] of index) {
      kept.set(filename, { hash, data: all.subarray(at, at + length) });
      at = aligned(at + length);
    }
    return at === all.length ? kept : new Map();
  } catch {
    // There is none yet.
    return new Map();
  }
}

function write(file: string, entries: Map<string, Kept>): void {
  const index: Index = [...entries].map(([filename, { hash, data }]) => [
    filename,
    hash,
    data.length,
  ]);
  const text = Buffer.from(JSON.stringify(index));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(4 + text.length);
  const parts = [Buffer.concat([length, text]), ...[...entries.values()].map(({ data }) => data)];
  const padded = parts.flatMap((part) => [part, Buffer.alloc(aligned(part.length) - part.length)]);
  mkdirSync(path.dirname(file), { recursive: true });
  // Several processes may do this at once.
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, Buffer.concat(padded));
  renameSync(unfinished, file);
}

const aligned = (length: number) => Math.ceil(length / ALIGNMENT) * ALIGNMENT;

const hashOf = (text: string) => createHash('sha1').update(text).digest('base64url');
