/**
 * The public API. Each value is loaded when it is read: Jest, which reads `default` only, must not load
 * the helpers, and a test that imports a helper must not load the launcher.
 */
import type { EnvironmentClass } from './jest/types';

export type * from './helpers';
export type * from './matchers';
export type { NamespaceIds, NamespaceName } from './namespaces';
export type * from './options/types';

// Declared first, so that tools which read a CommonJS module's names without running it see them.

/** The environment class, for `testEnvironment: 'ns-jest'`. */
export default undefined as unknown as EnvironmentClass;
/** The helpers: see docs/helpers.md. */
export const ns = undefined as unknown as typeof import('./helpers').ns;
/** The matchers, for `expect.extend(matchers)` where they are not registered by themselves. */
export const matchers = undefined as unknown as typeof import('./matchers').matchers;
/** Whether a value is an error of a kernel call made by a helper. Works across realms. */
export const isSystemError =
  undefined as unknown as typeof import('./errors/system-error').isSystemError;

const LOADERS: Record<string, () => unknown> = {
  default: () => (require('./environment') as typeof import('./environment')).environmentClass(),
  ns: () => (require('./helpers') as typeof import('./helpers')).ns,
  matchers: () => (require('./matchers') as typeof import('./matchers')).matchers,
  isSystemError: () =>
    (require('./errors/system-error') as typeof import('./errors/system-error')).isSystemError,
};
for (const [name, get] of Object.entries(LOADERS)) {
  Object.defineProperty(exports, name, { enumerable: true, get });
}
