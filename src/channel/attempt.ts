/** An array without holes: one that is said to be endless would never be gone through. */
export function isList(value: unknown): value is unknown[] {
  return Array.isArray(value) && Object.keys(value).length === value.length;
}

/** What `ask` says of the tests' values: getters and proxies are their code, and may throw. */
export function attempt<T>(ask: () => T, otherwise: T): T {
  try {
    return ask();
  } catch {
    return otherwise;
  }
}
