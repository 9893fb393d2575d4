/** Each may be, or make, an `import()`. */
const IMPORTS = [
  /\bimport\s*(\.\s*(source|defer)\s*)?[(/]/,
  // The word alone, and not a string such as '--eval'.
  /(?<!-)\beval\b(?!['"])|\[\s*['"]eval['"]\s*\]/,
  /\b(Async)?(Generator)?Function\s*\(/,
];

/** None of these is or makes one. */
const HARMLESS = [
  // A type in a comment, within its braces. No code has a brace behind such a name, on its line.
  /@\w+[ \t]*\{[^{}'"`\n]*\bimport\((["'])[^"'\n]*\1\)/g,
  // In all that istanbul has instrumented.
  /\bnew Function\((["'])return this\1\)/g,
];

/**
 * Whether code may hold an `import()`, or make some that does, by `eval` or a constructor of functions.
 * Then it is to be compiled by whoever can answer that.
 */
export function mayImport(code: string): boolean {
  // Most has nothing of the kind, and needs no copy.
  if (!IMPORTS.some((each) => each.test(code))) return false;
  const rest = HARMLESS.reduce((text, each) => text.replaceAll(each, ''), code);
  return IMPORTS.some((each) => each.test(rest));
}
