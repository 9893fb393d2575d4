import { processWide } from '../native/load';

/** An agent as others see it: something to end, and to reap. */
export interface Endable {
  end(): void;
  /** Reaps it if it has ended by itself. */
  reapNow(): void;
}

/**
 * The agents that are alive, of all realms of this process, oldest first: the environment ends those
 * of a test when the test has ended.
 */
export function openAgents(): Set<Endable> {
  const wide = processWide();
  wide.agents ??= new Set();
  return wide.agents;
}

/** Reaps those that have ended: a PID namespace that one of them joined cannot end before. */
export function reapEnded(): void {
  for (const agent of openAgents()) agent.reapNow();
}
