import type { EnvironmentClass } from '../jest/types';

/** The class that Jest constructs: outside it hands the file over, inside it is the base environment. */
export function environmentClass(): EnvironmentClass {
  const { insideEnvironment } = require('./inside') as typeof import('./inside');
  const inside = insideEnvironment();
  if (inside) return inside;
  // Required, not imported: inside a sandbox nothing of the outside is loaded.
  const { outsideEnvironment } = require('./outside') as typeof import('./outside');
  return outsideEnvironment();
}
