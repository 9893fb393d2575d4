/**
 * The code of modules that are compiled for every file anew: Jest's own, which each file gets its own
 * instances of. V8 keeps what it compiled for `vm.Script`, but not for `vm.compileFunction`; so we do.
 */
import vm from 'node:vm';
import { loader } from '../environment/module-loader';

type CompileFunction = typeof vm.compileFunction;

interface Compiled {
  code: string;
  parameters: string;
  data: Buffer;
}

/** Runs `warmUp`, and remembers the code of all that jest-runtime compiles meanwhile: copies inherit it. */
export async function keepCode<T>(warmUp: () => Promise<T>): Promise<T> {
  const compiled = new Map<string, Compiled>();
  let isWarm = false;
  const compileFunction: CompileFunction = (code, parameters, options = {}) => {
    const { filename } = options;
    const ordinary = () => vm.compileFunction(code, parameters, options);
    if (filename === undefined || options.cachedData || options.produceCachedData)
      return ordinary();
    const known = compiled.get(filename);
    const list = String(parameters);
    if (known?.code === code && known.parameters === list) {
      return vm.compileFunction(code, parameters, { ...options, cachedData: known.data });
    }
    // It would cost more than it gives for what only one file needs.
    if (isWarm) return ordinary();
    const made = vm.compileFunction(code, parameters, { ...options, produceCachedData: true });
    if (made.cachedData) compiled.set(filename, { code, parameters: list, data: made.cachedData });
    return made;
  };

  // Whoever asks meanwhile is jest-runtime; the tests' own `vm` stays Node's.
  const forRuntime = { ...vm, compileFunction };
  const load = loader._load;
  loader._load = function withCodeCache(request, ...rest) {
    return request === 'node:vm' || request === 'vm'
      ? forRuntime
      : load.call(this, request, ...rest);
  };
  try {
    return await warmUp();
  } finally {
    loader._load = load;
    isWarm = true;
  }
}
