/**
 * The code of modules, which jest-runtime compiles for every file anew. Scripts are compiled once: copies
 * inherit them, with every function that was called since.
 *
 * V8's own cache would not do: it tells scripts apart by who answers their `import()`, and knows nothing
 * of `vm.compileFunction` before Node 22.
 */
import vm from 'node:vm';
import { loader } from '../environment/module-loader';
import { mayImport } from '../text/may-import';

const VM = ['vm', 'node:vm'];
const RUNTIME = /[\\/]node_modules[\\/]jest-runtime[\\/]/;

type CompileFunction = typeof vm.compileFunction;
type ImportModule = vm.CompileFunctionOptions['importModuleDynamically'];
/** Called as a function, not as a method: its frame says which. */
const { compileFunction: compileByNode } = vm;

/** What is compiled, and what its positions are told by. */
interface Source {
  text: string;
  filename: string;
  columnOffset: number;
}

interface Kept extends Source {
  /** None of what may import: that is for the file to answer, not for all the same. */
  script: vm.Script | undefined;
}

/** A script that a copy has compiled, with the code of all functions that were called. */
export interface CompiledScript extends Source {
  data: Buffer;
}

export class CodeCache {
  readonly #known = new Map<string, Kept>();
  /** Where what this process compiles is kept, if it is. */
  #kept: Map<string, Kept> | undefined;

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

  /** In a copy: what was collected. */
  *collected(): Generator<CompiledScript> {
    for (const { script, ...source } of this.#kept?.values() ?? []) {
      if (script) yield { ...source, data: script.createCachedData() };
    }
  }

  /** In the fork server: what a copy has collected, for those to come. */
  add({ data, ...source }: CompiledScript): void {
    const { text, filename, columnOffset } = source;
    if (this.#find(source)) return;
    const script = new vm.Script(text, { filename, columnOffset, cachedData: data });
    this.#known.set(keyOf(source), { ...source, script });
  }

  /** The two ways in which jest-runtime compiles a module: the latter since Jest 30.4. */
  #forRuntime(): Pick<typeof vm, 'Script' | 'compileFunction'> {
    const scriptOf = (text: string, options: unknown) => this.#scriptOf(text, options);
    const functionOf = (source: Source, context: vm.Context, importModule: ImportModule) =>
      this.#functionOf(source, context, importModule);
    return {
      Script: new Proxy(vm.Script, {
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

  /** Each time another function, in another context. */
  #functionOf(
    source: Source,
    context: vm.Context,
    importModuleDynamically: ImportModule,
  ): ReturnType<CompileFunction> | undefined {
    const kept = this.#keep(source);
    if (kept === undefined) return undefined;
    // V8 finds again what it has compiled, if the text is the very same.
    const { text, filename, columnOffset } = kept;
    const options = { filename, columnOffset, importModuleDynamically } as vm.ScriptOptions;
    return (kept.script ?? new vm.Script(text, options)).runInContext(context);
  }

  /** Compiles what is not known. Undefined: it is not to be kept, or cannot be compiled. */
  #keep(source: Source): Kept | undefined {
    const known = this.#find(source);
    if (known !== undefined || this.#kept === undefined) return known;
    const { text, filename, columnOffset } = source;
    const imports = mayImport(text);
    if (imports && this.#kept !== this.#known) return undefined;
    try {
      const script = imports ? undefined : new vm.Script(text, { filename, columnOffset });
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
