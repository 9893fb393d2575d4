import os from 'node:os';

/** How a process ended, or what it did: wait(2). */
export interface WaitStatus {
  /** The exit code; null if a signal ended it. */
  code: number | null;
  /** The signal that ended it, for example `SIGKILL`. */
  signal: string | null;
  /** Whether it dumped core. */
  core: boolean;
  /** The signal that stopped it, for those that asked to be told. */
  stopped?: string;
  /** Whether SIGCONT let it go on, for those that asked to be told. */
  continued?: true;
}

/** `SIGTERM` for 15, `SIGRTMIN+2` for 36. signal(7) */
export function signalName(number: number): string {
  const known = Object.entries(os.constants.signals).find(([, value]) => value === number)?.[0];
  // libc keeps 32 and 33 for itself.
  return known ?? (number >= 34 && number <= 64 ? `SIGRTMIN+${number - 34}` : `signal ${number}`);
}

const RUNNING: Omit<WaitStatus, 'stopped' | 'continued'> = {
  code: null,
  signal: null,
  core: false,
};

/** The macros of wait(2): WIFEXITED and so on. */
export function decodeWaitStatus(status: number): WaitStatus {
  const low = status & 0x7f;
  if (status === 0xffff) return { ...RUNNING, continued: true };
  if ((status & 0xff) === 0x7f) return { ...RUNNING, stopped: signalName((status >> 8) & 0xff) };
  if (low === 0) return { ...RUNNING, code: (status >> 8) & 0xff };
  return { ...RUNNING, signal: signalName(low), core: (status & 0x80) !== 0 };
}

export function describeStatus({ code, signal, core }: WaitStatus): string {
  if (signal === null) return `exited with code ${code}`;
  return `was killed by ${signal}${core ? ', core dumped' : ''}`;
}
