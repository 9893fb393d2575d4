/** The shared libraries that this Node is linked to, and its loader. ld.so(8) */
import { existsSync, realpathSync } from 'node:fs';

export interface Library {
  /** Links followed. */
  source: string;
  /** Where the loader looks for it. */
  target: string;
}

let found: Library[] | undefined;

/** What the test process needs in a root that may have another C library, or none. */
export function nodeLibraries(): Library[] {
  found ??= sharedObjects()
    .filter((file) => file.startsWith('/') && !file.endsWith('.node') && existsSync(file))
    .map((file) => ({ source: realpathSync(file), target: file }));
  return found;
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
