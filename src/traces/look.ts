import { newIn, type Trace } from './kinds';
import { type Readings, SOURCES, type SourceName } from './sources';

/** What is there that was not at the start. Where a source says the same as then, it is not read out. */
export function tracesSince(start: Readings, leftOut: readonly SourceName[] = []): Trace[] {
  return SOURCES.filter(({ name }) => !leftOut.includes(name)).flatMap(({ name, read }) => {
    const before = start[name];
    if (before === undefined) return [];
    try {
      const now = read();
      return now === before ? [] : newIn(name, before, now);
    } catch (error) {
      // It could be read at the start: something lies over it.
      return [unreadable(name, error)];
    }
  });
}

function unreadable(name: SourceName, error: unknown): Trace {
  const { message } = error as Error;
  return { kind: 'mount', key: `over ${name}`, description: `that hides ${name}: ${message}` };
}
