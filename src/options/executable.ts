import { accessSync, constants } from 'node:fs';

/** Whether a file is there, and one that we may execute. access(2) */
export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    // Not there, or not for us.
    return false;
  }
}
