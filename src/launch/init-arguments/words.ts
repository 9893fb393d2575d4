/** How the words of ns-init's command line are written. */

export function list(name: string, values: readonly string[]): string[] {
  return values.length > 0 ? [`--${name}=${values.join(',')}`] : [];
}

export function each(name: string, values: readonly string[]): string[] {
  return values.map((value) => `--${name}=${value}`);
}

export function flag(name: string, on: boolean): string[] {
  return on ? [`--${name}`] : [];
}

export function text(name: string, value: string | undefined): string[] {
  return value === undefined ? [] : [`--${name}=${value}`];
}
