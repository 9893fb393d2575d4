/**
 * Whether code may hold an `import()`, or make some that does. Then it is to be compiled by whoever
 * can answer that.
 */
export function mayImport(code: string): boolean {
  return /\bimport\s*[(/]|\beval\(|\bFunction\(/.test(code);
}
