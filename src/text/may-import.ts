/**
 * Whether code may hold an `import()`, or make some that does, by `eval` or a constructor of functions.
 * Then it is to be compiled by whoever can answer that.
 */
export function mayImport(code: string): boolean {
  return /\bimport\s*[(/]|\beval\b|\b(Async)?(Generator)?Function\s*\(/.test(code);
}
