/** The heap of the fork server, of whose pages each copy is made. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type CollectGarbage = (options?: { type: 'minor' }) => void;

let collect: CollectGarbage | undefined;

function collector(): CollectGarbage {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as CollectGarbage;
    setFlagsFromString('--no-expose-gc');
  }
  return collect;
}

/** Leaves a small, tidy heap. */
export function collectGarbage(): void {
  const gc = collector();
  gc();
  gc();
}

/**
 * Lets the next object come where it came the last time, after each copy: so copies write the same
 * pages, which are known, and none of them begins with a young generation that is nearly full. Twice, as
 * its two halves change places.
 */
export function emptyYoungGeneration(): void {
  const gc = collector();
  gc({ type: 'minor' });
  gc({ type: 'minor' });
}
