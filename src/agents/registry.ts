import { processWide } from '../native/load';

/** An agent as the environment sees it: something to end. */
export interface Endable {
  end(): void;
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
