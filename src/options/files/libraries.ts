/** The shared libraries that this Node is linked to, and its loader. ld.so(8) */
import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';

export interface Library {
  /** Links followed. */
  source: string;
  /** Where the loader looks for it. */
  target: string;
}

/**
 * Addons that are loaded later, as Jest's own resolver, may be linked to these, too: the rest of the C
 * library, which is several files, and what compilers add. libc(7), gcc(1)
 */
const OF_ADDONS = [
  ...['libc.so.6', 'libm.so.6', 'libpthread.so.0', 'libdl.so.2', 'librt.so.1', 'libutil.so.1'],
  ...['libresolv.so.2', 'libanl.so.1', 'libnss_files.so.2', 'libnss_dns.so.2'],
  ...['libgcc_s.so.1', 'libstdc++.so.6'],
];

let found: Library[] | undefined;

/** What the test process needs in a root that may have another C library, or none. */
export function nodeLibraries(): Library[] {
  found ??= findLibraries();
  return found;
}

function findLibraries(): Library[] {
  const loaded = sharedObjects().filter((file) => file.startsWith('/') && !file.endsWith('.node'));
  const beside = [...new Set(loaded.map((file) => path.dirname(file)))].flatMap((folder) =>
    OF_ADDONS.map((name) => path.join(folder, name)),
  );
  return [...new Set([...loaded, ...beside])]
    .filter((file) => existsSync(file))
    .map((file) => ({ source: realpathSync(file), target: file }));
}

function sharedObjects(): string[] {
  const report = process.report as typeof process.report & { excludeNetwork?: boolean };
  const { excludeNetwork } = report;
  // Or it asks for the names of every peer that this process is connected to.
  report.excludeNetwork = true;
  try {
    return (report.getReport() as unknown as { sharedObjects: string[] }).sharedObjects;
  } finally {
    if (excludeNetwork !== undefined) report.excludeNetwork = excludeNetwork;
  }
}
