/** One row of a table in /proc/sysvipc, by the names in its header. */
export type SysvipcRow = Record<string, number>;

/**
 * Parses /proc/sysvipc/{msg,sem,shm}: a header line, then a row of numbers per object, of which only
 * `perms` is octal. By the header's names, because newer kernels append columns. sysvipc(7)
 */
export function parseSysvipc(text: string): SysvipcRow[] {
  const [header = [], ...rows] = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.trim().split(/\s+/));
  return rows.map((row) =>
    Object.fromEntries(
      header.map((name, column) => [
        name,
        Number.parseInt(row[column] ?? '', name === 'perms' ? 8 : 10),
      ]),
    ),
  );
}
