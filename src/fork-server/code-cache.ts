/**
 * The code of modules, which jest-runtime compiles for every file anew. Scripts are compiled once: copies
 * inherit them, with every function that was called since.
 *
 * V8's own cache has nothing of what another copy has compiled, and before Node 22 nothing of
 * `vm.compileFunction`.
 */
import vm from 'node:vm';
import { loader } from '../environment/module-loader';
import { mayImport } from '../text/may-import';

const VM = ['vm', 'node:vm'];
const RUNTIME = /[\\/]node_modules[\\/]jest-runtime[\\/]/;

type CompileFunction = typeof vm.compileFunction;
type ImportModule = vm.CompileFunctionOptions['importModuleDynamically'];
/** Tests have the same module, and may have replaced what is in it. */
const { Script, compileFunction: compileByNode } = vm;
const { createCachedData } = Script.prototype;

/** What is compiled, and what its positions are told by. */
interface Source {
  text: string;
  filename: string;
  columnOffset: number;
}

interface Kept extends Source {
  /** None of what may import, which is for the file to answer, and of what V8 has rejected. */
  script: vm.Script | undefined;
}

/** A script that a copy has compiled, with the code of all functions that were called. */
export interface CompiledScript extends Source {
  data: Buffer;
}

/** One that can be given: to make that of it takes a moment. */
interface Collected {
  filename: string;
  give(): CompiledScript;
}

export class CodeCache {
  readonly #known = new Map<string, Kept>();
  /** Where what this process compiles is kept, if it is. */
  #kept: Map<string, Kept> | undefined;
  /** What has run in a context. */
  readonly #run = new WeakMap<vm.Context, Set<Kept>>();

  /** Runs `warmUp`, and keeps the code of all that jest-runtime compiles meanwhile. */
  async keepFrom<T>(warmUp: () => Promise<T>): Promise<T> {
    // Whoever else asks, and the tests, have Node's.
    const forRuntime = { ...vm, ...this.#forRuntime() };
    const load = loader._load;
    loader._load = function withCodeCache(request, parent, ...rest) {
      return VM.includes(request) && RUNTIME.test(parent?.filename ?? '')
        ? forRuntime
        : load.call(this, request, parent, ...rest);
    };
    this.#kept = this.#known;
    try {
      return await warmUp();
    } finally {
      loader._load = load;
      this.#kept = undefined;
    }
  }

  /** In a copy: from here on keeps what is compiled and was not known. */
  collect(): void {
    this.#kept = new Map();
  }

  /** In a copy: what was collected, and nobody has given. */
  *collected(): Generator<Collected> {
    for (const { script, ...source } of this.#kept?.values() ?? []) {
      if (script === undefined || this.#known.get(keyOf(source))?.text === source.text) continue;
      const give = () => ({ ...source, data: createCachedData.call(script) });
      yield { filename: source.filename, give };
    }
  }

  /** What a copy has collected. */
  add({ data, ...source }: CompiledScript): void {
    const { text, filename, columnOffset } = source;
    const kept = this.#find(source);
    const script = kept?.script ?? new Script(text, { filename, columnOffset, cachedData: data });
    // Of a copy whose test had set flags of V8: known, so that nobody gives it again, and no more.
    const isRejected = script.cachedDataRejected === true;
    this.#known.set(keyOf(source), { ...source, script: isRejected ? undefined : script });
  }

  /** The two ways in which jest-runtime compiles a module: the latter since Jest 30.4. */
  #forRuntime(): Pick<typeof vm, 'Script' | 'compileFunction'> {
    const scriptOf = (text: string, options: unknown) => this.#scriptOf(text, options);
    const functionOf = (source: Source, context: vm.Context, importModule: ImportModule) =>
      this.#functionOf(source, context, importModule);
    return {
      Script: new Proxy(Script, {
        construct: (target, [text, options]) =>
          scriptOf(text, options) ?? asNodes(() => new target(text, options)),
      }),
      compileFunction: (code, parameters, options = {}) => {
        const ordinary = () => asNodes(() => compileByNode(code, parameters, options));
        const { filename, parsingContext, importModuleDynamically, ...others } = options;
        if (filename === undefined || parsingContext === undefined) return ordinary();
        if (Object.keys(others).length > 0) return ordinary();
        const source = asScript(code, parameters ?? [], filename);
        return functionOf(source, parsingContext, importModuleDynamically) ?? ordinary();
      },
    };
  }

  #scriptOf(text: string, options: unknown): vm.Script | undefined {
    if (typeof options !== 'object' || options === null) return undefined;
    const { filename, columnOffset, importModuleDynamically, displayErrors, ...others } =
      options as vm.ScriptOptions & { displayErrors?: boolean };
    if (filename === undefined || Object.keys(others).length > 0) return undefined;
    return this.#keep({ text, filename, columnOffset: columnOffset ?? 0 })?.script;
  }

  /**
   * Each time another function, in another context. In the same the strings of a template would be those of
   * the function before.
   */
  #functionOf(
    source: Source,
    context: vm.Context,
    importModuleDynamically: ImportModule,
  ): ReturnType<CompileFunction> | undefined {
    const kept = this.#keep(source);
    const run = this.#run.get(context) ?? new Set();
    this.#run.set(context, run);
    if (kept === undefined || run.has(kept)) return undefined;
    run.add(kept);
    // V8 finds again what it has compiled, if the text is the very same.
    const { text, filename, columnOffset } = kept;
    const options = { filename, columnOffset, importModuleDynamically } as vm.ScriptOptions;
    return (kept.script ?? new Script(text, options)).runInContext(context);
  }

  /** Compiles what is not known. Undefined: it is not to be kept, or cannot be compiled. */
  #keep(source: Source): Kept | undefined {
    const known = this.#find(source);
    if (known !== undefined || this.#kept === undefined) return known;
    const { text, filename, columnOffset } = source;
    const imports = mayImport(text);
    if (imports && this.#kept !== this.#known) return undefined;
    try {
      const script = imports ? undefined : new Script(text, { filename, columnOffset });
      const kept = { ...source, script };
      this.#kept.set(keyOf(source), kept);
      return kept;
    } catch {
      // It is told by whoever compiles it in the ordinary way.
      return undefined;
    }
  }

  #find(source: Source): Kept | undefined {
    const key = keyOf(source);
    return [this.#known.get(key), this.#kept?.get(key)].find((one) => one?.text === source.text);
  }
}

function keyOf({ filename, columnOffset }: Source): string {
  return `${columnOffset} ${filename}`;
}

/** How many frames of a stack are ours at most. */
const OWN_FRAMES = 4;

/** What is thrown has the stack that it would have without us. */
function asNodes<T>(compile: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = stackTraceLimit + OWN_FRAMES;
  try {
    return compile();
  } catch (error) {
    const { stack = '' } = error as Error;
    const isOurs = (line: string) => line.includes(`${__filename}:`);
    const lines = stack.split('\n').filter((line) => !isOurs(line));
    (error as Error).stack = lines.join('\n');
    throw error;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** A script whose value is the function. Its positions are those of the module. */
function asScript(code: string, parameters: readonly string[], filename: string): Source {
  const head = `(function (${parameters.join(', ')}) {`;
  return { text: `${head}${code}\n})`, filename, columnOffset: -head.length };
}
