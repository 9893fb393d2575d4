import os from 'node:os';

/** `SIGTERM` for 15, `SIGRTMIN+2` for 36. signal(7) */
export function signalName(number: number): string {
  const known = Object.entries(os.constants.signals).find(([, value]) => value === number)?.[0];
  // libc keeps 32 and 33 for itself.
  return known ?? (number >= 34 && number <= 64 ? `SIGRTMIN+${number - 34}` : `signal ${number}`);
}
