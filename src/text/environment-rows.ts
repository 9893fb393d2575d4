/** `NAME=value`, as a program is given its environment; a variable without a value is none. environ(7) */
export function environmentRows(env: NodeJS.ProcessEnv): string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  );
}
