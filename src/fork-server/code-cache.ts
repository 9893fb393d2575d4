/**
 * The code of modules that are compiled for every file anew: Jest's own, which each file gets its own
 * instances of. V8 finds again what it has compiled for a `vm.Script`, with every function that was
 * called since. For `vm.compileFunction`, which jest-runtime uses, it does so from Node 22 on only.
 */
import vm from 'node:vm';
import { loader } from '../environment/module-loader';
import { mayImport } from '../text/may-import';

const VM = ['vm', 'node:vm'];
const RUNTIME = /[\\/]node_modules[\\/]jest-runtime[\\/]/;

type CompileFunction = typeof vm.compileFunction;
/** Called as a function, not as a method: its frame says which. */
const { compileFunction: compileByNode } = vm;

interface Known {
  code: string;
  /** Makes the function anew, in another context. */
  make: (context: vm.Context, options: vm.CompileFunctionOptions) => ReturnType<CompileFunction>;
}

/** Runs `warmUp`, and keeps the code of all that jest-runtime compiles meanwhile: copies inherit it. */
export async function keepCode<T>(warmUp: () => Promise<T>): Promise<T> {
  const known = new Map<string, Known>();
  let isWarm = false;
  const compileFunction: CompileFunction = (code, parameters, options = {}) => {
    const ordinary = () => asNodes(() => compileByNode(code, parameters, options));
    const { filename, parsingContext, importModuleDynamically, ...others } = options;
    if (filename === undefined || parsingContext === undefined) return ordinary();
    if (Object.keys(others).length > 0) return ordinary();
    const key = `${filename}(${parameters})`;
    let one = known.get(key);
    if (one?.code !== code) {
      if (isWarm) return ordinary();
      one = { code, make: asScript(code, parameters ?? [], filename) };
      known.set(key, one);
    }
    return one.make(parsingContext, options);
  };

  // Whoever else asks, and the tests, have Node's.
  const forRuntime = { ...vm, compileFunction };
  const load = loader._load;
  loader._load = function withCodeCache(request, parent, ...rest) {
    return VM.includes(request) && RUNTIME.test(parent?.filename ?? '')
      ? forRuntime
      : load.call(this, request, parent, ...rest);
  };
  try {
    return await warmUp();
  } finally {
    loader._load = load;
    isWarm = true;
  }
}

/** How many frames of a stack are ours: `compileFunction`, `ordinary`, `asNodes`, and what it runs. */
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

/** A script whose value is the function, each time another. Its positions are those of the module. */
function asScript(code: string, parameters: readonly string[], filename: string): Known['make'] {
  const head = `(function (${parameters.join(', ')}) {`;
  // V8 looks for its very characters: joined once.
  const source = `${head}${code}\n})`;
  const compile = (importModuleDynamically?: unknown) =>
    new vm.Script(source, {
      filename,
      columnOffset: -head.length,
      importModuleDynamically:
        importModuleDynamically as vm.ScriptOptions['importModuleDynamically'],
    });
  // What is imported is for the file to answer: not for all the same.
  if (mayImport(code)) {
    return (context, options) => compile(options.importModuleDynamically).runInContext(context);
  }
  const script = compile();
  return (context) => script.runInContext(context);
}
