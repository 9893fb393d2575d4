/** Sees what a file leaves in its sandbox, and since which of its tests. */
import type { TestEvent } from '../environment/test-event';
import type { NamespaceName } from '../namespaces';
import { processWide } from '../native/load';
import { tracesSince } from '../traces/look';
import { lastProcessId, processIds, readAtStart } from '../traces/sources';
import type { Tell } from './border';

/** Between the titles of groups and tests, as Jest prints them. */
const ARROW = ' › ';

export class LeftBehind {
  readonly #tell: Tell;
  readonly #pid = process.pid;
  readonly #hasOwnPids: boolean;
  #known: ReadonlySet<string>;
  #lastId: string | undefined;
  /** Whether something other than a test has run since the last look. */
  #isBetween = true;
  /** Tests that run at the same time cannot be told apart. */
  #isConcurrent = false;

  /** Before anything of the file runs. */
  constructor(own: readonly NamespaceName[], tell: Tell) {
    this.#tell = tell;
    const start = readAtStart(own);
    processWide().start = start;
    this.#hasOwnPids = start.processes !== undefined;
    this.#known = new Set(start.processes?.split('\n'));
  }

  onTestEvent({ name, concurrent, hook, test }: TestEvent): void {
    if (!this.#hasOwnPids) return;
    if (name === 'add_test') this.#isConcurrent ||= concurrent === true;
    if (name === 'hook_start') this.#isBetween ||= hook?.type.endsWith('All') === true;
    if (name === 'test_start' && this.#isBetween) this.#look();
    if (name === 'test_done') this.#look(this.#isConcurrent ? undefined : titleOf(test));
    if (name === 'test_start') this.#isBetween = false;
  }

  /** After everything of the file has run. Processes are the init's to tell: they may end with this one. */
  end(): void {
    const start = processWide().start ?? {};
    const traces = tracesSince(start, ['processes']);
    if (traces.length > 0) this.#tell({ type: 'left', traces, pid: this.#pid });
  }

  /** Processes that are new since the last look are there since this test, if it was one. */
  #look(title?: string): void {
    const lastId = lastProcessId();
    if (lastId === this.#lastId) return;
    this.#lastId = lastId;
    const pids = processIds();
    const since = pids.filter((pid) => !this.#known.has(pid)).map(Number);
    this.#known = new Set(pids);
    if (title !== undefined && since.length > 0) this.#tell({ type: 'since', title, pids: since });
  }
}

/** Of a test or a group: its own title behind those of the groups around it. The outermost has none. */
function titleOf(block: TestEvent['test']): string | undefined {
  if (block === undefined) return undefined;
  const titles: string[] = [];
  for (let at = block; at.parent !== undefined; at = at.parent) titles.unshift(at.name);
  return titles.join(ARROW);
}
