import type { Left, Report } from '../channel/messages';
import type { TestCaseResult, TestCaseStart } from '../jest/types';

/** What is known of a file while it runs: enough to say how far it came if it never ends. */
export class Progress {
  /** When the file was handed over, in milliseconds since 1970. */
  readonly startedAt = Date.now();
  /** Of the tests that have ended, in order. */
  readonly results: TestCaseResult[] = [];
  /** Jest's LogEntry each. */
  readonly console: unknown[] = [];
  /** The tests that have started and not ended: more than one with test.concurrent. */
  readonly running: TestCaseStart[] = [];
  /** The test since which each process is there, where one is known, by pid. */
  readonly since = new Map<number, string>();
  /** What the file left in its sandbox. */
  left: Left | undefined;

  /** Whether a test has started: the file itself was loaded. */
  get hasBegun(): boolean {
    return this.running.length > 0 || this.results.length > 0;
  }

  note(report: Report): void {
    if (report.type === 'console') this.console.push(report.entry);
    if (report.type === 'since') for (const pid of report.pids) this.since.set(pid, report.title);
    if (report.type === 'left') this.left = report;
    if (report.type !== 'test-event') return;
    // Jest's payload: the path of the file, and what there is to tell.
    const [, subject] = report.payload;
    if (report.name === 'test-case-start') this.running.push(subject as TestCaseStart);
    if (report.name === 'test-case-result') this.#end(subject as TestCaseResult);
  }

  /** The failed attempt that a retry follows, taken out of the results. */
  takeFailed(fullName: string): TestCaseResult | undefined {
    const index = this.results.findLastIndex(
      (result) => result.fullName === fullName && result.status === 'failed',
    );
    return index === -1 ? undefined : this.results.splice(index, 1)[0];
  }

  #end(result: TestCaseResult): void {
    const { fullName, invocations = 1 } = result;
    const started = this.running.findIndex((test) => test.fullName === fullName);
    if (started !== -1) this.running.splice(started, 1);
    if (invocations > 1) this.takeFailed(fullName);
    this.results.push(result);
  }
}
