import { processWide } from '../native/load';
import type { TestEvent } from './test-event';

/**
 * Ends the agents that a test made, in its hooks too, when it has ended; those made outside of a test end
 * with the file. Tests that run at the same time cannot be told apart, so theirs do too.
 */
export class AgentsOfTests {
  private before: ReadonlySet<unknown> | undefined;
  private concurrent = false;

  onEvent({ name, concurrent }: TestEvent): void {
    if (name === 'add_test') this.concurrent ||= concurrent === true;
    if (name === 'test_start' && !this.concurrent) this.before = new Set(processWide().agents);
    if (name === 'test_done' && this.before !== undefined) this.endAllBut(this.before);
  }

  private endAllBut(kept: ReadonlySet<unknown>): void {
    // The newest first: those that joined others keep these from being reaped.
    const left = [...(processWide().agents ?? [])].filter((agent) => !kept.has(agent)).reverse();
    this.before = undefined;
    endAll(left);
  }
}

/** All of them, also when one cannot be ended. */
function endAll([agent, ...others]: Array<{ end(): void }>): void {
  if (agent === undefined) return;
  try {
    agent.end();
  } finally {
    endAll(others);
  }
}
