import { signalName } from './signal-name';

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
