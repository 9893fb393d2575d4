/** How the words of ns-init's command line are written, and read. */

export function list(name: string, values: readonly string[]): string[] {
  return values.length > 0 ? [`--${name}=${values.join(',')}`] : [];
}

export function each(name: string, values: readonly string[]): string[] {
  return values.map((value) => `--${name}=${value}`);
}

export function flag(name: string, on: boolean): string[] {
  return on ? [`--${name}`] : [];
}

/** The other way: what stands behind `--name=`, each time it is given. */
export function valuesOf(name: string, words: readonly string[]): string[] {
  const prefix = `--${name}=`;
  return words.filter((word) => word.startsWith(prefix)).map((word) => word.slice(prefix.length));
}

export function text(name: string, value: string | undefined): string[] {
  return value === undefined ? [] : [`--${name}=${value}`];
}
