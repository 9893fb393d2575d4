import { execFileSync } from 'node:child_process';

export interface Elf {
  machine: string;
  /** The dynamic linker; undefined: none is needed. */
  interpreter: string | undefined;
  /** Shared libraries. */
  needs: string[];
  /** The newest version of each library's symbols that it refers to, such as GLIBC: "2.17". */
  versions: Record<string, string>;
  hasSymbolTable: boolean;
}

/** What readelf(1) says of a program or library of any architecture. */
export function readElf(file: string): Elf {
  const text = execFileSync('readelf', ['-W', '-h', '-l', '-d', '-V', '-S', file], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    env: { ...process.env, LC_ALL: 'C' },
  });
  const versions: Record<string, string> = {};
  // What it defines itself stands in another section, ".gnu.version_d".
  const needed = /^Version needs section(.*?)^(?:\S|$)/ms.exec(text)?.[1] ?? '';
  for (const [, library = '', version = ''] of needed.matchAll(/Name: (\w+?)_([\d.]+) /g)) {
    const known = versions[library];
    if (known === undefined || compareVersions(version, known) > 0) versions[library] = version;
  }
  return {
    machine: /Machine:\s+(.*)/.exec(text)?.[1] ?? '',
    interpreter: /Requesting program interpreter: (.*)\]/.exec(text)?.[1],
    needs: [...text.matchAll(/\(NEEDED\).*\[(.*)\]/g)].map(([, name = '']) => name),
    versions,
    hasSymbolTable: text.includes(' .symtab '),
  };
}

/** As numbers: 2.9 is before 2.28. */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [one, other].map((version) => version.split('.').map(Number)) as [
    number[],
    number[],
  ];
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
