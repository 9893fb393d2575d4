import { SandboxError } from '../errors/sandbox-error';
import type { ModuleMap, RunnerContext, Runtime } from './types';

/**
 * The module map that a runtime resolves with. Jest gives it to nobody but the resolver, so it is read
 * where 29.7 keeps it, or where 30 does.
 */
export function moduleMapOf(runtime: Runtime): ModuleMap {
  const resolver = runtime._resolver ?? runtime._resolution?.resolver;
  const moduleMap = resolver?._moduleMap;
  if (typeof moduleMap?.toJSON !== 'function') {
    throw new SandboxError(
      'This version of jest-runtime is not known: its module map is not found',
      {
        fix: "Use the preset, which needs none of jest-runtime: preset: 'ns-jest'",
      },
    );
  }
  return moduleMap;
}

/** jest-runner's context, as far as it was handed on to the runtime. */
export function runnerContextOf(runtime: Runtime): RunnerContext {
  return runtime._coverageOptions ?? {};
}
