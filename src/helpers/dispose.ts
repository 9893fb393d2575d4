/**
 * The keys of `using` and `await using`. On Node 20 a test's realm may lack them, and then the name
 * that Node and Jest have given them does as well.
 */
export const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('nodejs.dispose');
export const ASYNC_DISPOSE: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose');
