/** What `ask` says of the tests' values: getters and proxies are their code, and may throw. */
export function attempt<T>(ask: () => T, otherwise: T): T {
  try {
    return ask();
  } catch {
    return otherwise;
  }
}
