/** One row of a table in /proc/sysvipc, by the names in its header. */
export type SysvipcRow = Record<string, number>;

/**
 * Parses /proc/sysvipc/{msg,sem,shm}: a header line, then a row of numbers per object, of which only
 * `perms` is octal. By the header's names, because newer kernels append columns. sysvipc(7)
 *
 * @throws Error naming a row that the kernel does not write.
 */
export function parseSysvipc(text: string): SysvipcRow[] {
  const [header = [], ...rows] = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.trim().split(/\s+/));
  return rows.map((row) => {
    const numbers = header.map((name, column) =>
      name === 'perms' ? octal(row[column]) : decimal(row[column]),
    );
    if (row.length !== header.length || numbers.some(Number.isNaN)) {
      throw new Error(`Not a row of /proc/sysvipc: ${JSON.stringify(row.join(' '))}`);
    }
    return Object.fromEntries(header.map((name, column) => [name, numbers[column] as number]));
  });
}

function decimal(text = ''): number {
  return /^-?\d{1,20}$/.test(text) ? Number(text) : Number.NaN;
}

function octal(text = ''): number {
  return /^[0-7]{1,7}$/.test(text) ? Number.parseInt(text, 8) : Number.NaN;
}
