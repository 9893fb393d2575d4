import { callNative } from '../native/load';
import { emptyYoungGeneration } from './heap';
import { separateRandomNumbers } from './random-numbers';

export interface Copy {
  /** Descriptor of its channel. */
  channel: number;
  pid: number;
  /** Counted from 1; no two of one fork server have the same. */
  number: number;
}

/** What the fork server does beside. */
interface Duties {
  /** Before each copy. Whether there was anything to do. */
  prepare(): boolean;
  /** Before it ends. */
  conclude(): void;
}

/** Gives copies. Returns in a copy only: the fork server itself ends when nobody is left who could ask. */
export function serveCopies(requests: number, { prepare, conclude }: Duties): Copy {
  for (let number = 1; ; number += 1) {
    emptyYoungGeneration();
    const isAsked = callNative('copyAwait', [requests]);
    if (isAsked && prepare()) emptyYoungGeneration();
    const copy = callNative('copyServe', [requests]);
    if (copy === null) {
      conclude();
      callNative('exitAtOnce', [0]);
    } else if (copy !== undefined) return { ...copy, number };
    separateRandomNumbers();
  }
}
