import { statSync } from 'node:fs';

/** Whether a file, or a process by its directory in /proc, is this user's; for root everything is. */
export function isOwn(file: string): boolean {
  const own = process.geteuid?.();
  return own === 0 || statSync(file, { throwIfNoEntry: false })?.uid === own;
}
