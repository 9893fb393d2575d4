/** One question to this machine, asked by doing it. */
export interface Probe {
  /** A word for it; the same in every version. */
  name: string;
  /** What it is good for: options, helpers. */
  enables: string;
  /** Asks. Resolves to what is worth knowing besides; throws what a run's error would be. */
  ask(): Promise<string | undefined>;
}

/** What a default sandbox consists of, and what options add to it. */
export interface Probes {
  required: Probe[];
  optional: Probe[];
}
