/**
 * While a file runs, the sandbox of the next one is opened, and its test process started: that costs about
 * as much as a small file, and needs nobody to wait for it.
 */
import type { FileRun } from '../hand-over/file-run';
import {
  mayOpenAhead,
  openForFile,
  prepareLaunch,
  type WaitingFile,
} from '../hand-over/run-in-sandbox';
import type { Test, TestResult } from '../jest/types';

export class OpenedAhead {
  /** Which file comes after which. */
  readonly #next: Map<Test, Test | undefined>;
  readonly #toRun: (test: Test, slot: number) => FileRun;
  readonly #waiting = new Map<Test, Promise<WaitingFile>>();
  readonly #started = new Set<Test>();

  /** @param tests In the order in which they are run. */
  constructor(tests: Test[], toRun: (test: Test, slot: number) => FileRun) {
    this.#next = new Map(tests.map((test, index) => [test, tests[index + 1]]));
    this.#toRun = toRun;
  }

  /** Starts what the files are launched from. If it cannot be, the file that needs it tells. */
  prepare(test: Test, slot: number): void {
    const run = this.#describe(test, slot);
    if (run !== undefined) prepareLaunch(run).catch(() => {});
  }

  /** Runs a file, in its waiting sandbox if there is one, and opens that of the file that comes next. */
  async run(test: Test, slot: number): Promise<TestResult> {
    this.#started.add(test);
    const waiting = this.#waiting.get(test) ?? openForFile(this.#toRun(test, slot));
    this.#waiting.delete(test);
    const file = await waiting;
    const result = file.run(String(slot));
    this.#openNext(test, slot);
    return result;
  }

  /** One at most: a file that runs long keeps it waiting, and others take the ones after. */
  #openNext(test: Test, slot: number): void {
    let next = this.#next.get(test);
    // Other slots have gone on meanwhile: what is opened for a file that runs already, nobody would take.
    while (next !== undefined && this.#started.has(next)) next = this.#next.get(next);
    if (next === undefined || this.#waiting.size > 0) return;
    const run = this.#describe(next, slot);
    if (run === undefined || !mayOpenAhead(run)) return;
    const waiting = openForFile(run);
    waiting.catch(() => {});
    this.#waiting.set(next, waiting);
  }

  /** What is wrong with a file is said when its turn comes. */
  #describe(test: Test, slot: number): FileRun | undefined {
    try {
      return this.#toRun(test, slot);
    } catch {
      return undefined;
    }
  }
}
