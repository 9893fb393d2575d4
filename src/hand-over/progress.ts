import type { Report } from '../channel/messages';
import type { TestCaseResult, TestCaseStart } from '../jest/types';

/** What is known of a file while it runs: enough to say how far it came if it never ends. */
export class Progress {
  /** Of the tests that have ended, in order. */
  readonly results: TestCaseResult[] = [];
  /** Jest's LogEntry each. */
  readonly console: unknown[] = [];
  /** The test that has started and not ended. */
  running: TestCaseStart | undefined;

  /** Whether a test has started: the file itself was loaded. */
  get hasBegun(): boolean {
    return this.running !== undefined || this.results.length > 0;
  }

  note(report: Report): void {
    if (report.type === 'console') this.console.push(report.entry);
    if (report.type !== 'test-event') return;
    // Jest's payload: the path of the file, and what there is to tell.
    const [, subject] = report.payload;
    if (report.name === 'test-case-start') this.running = subject as TestCaseStart;
    if (report.name === 'test-case-result') this.#end(subject as TestCaseResult);
  }

  #end(result: TestCaseResult): void {
    this.running = undefined;
    // A retry takes the place of the attempt before.
    const before = this.results.findLastIndex(({ fullName }) => fullName === result.fullName);
    if (before !== -1 && (result.invocations ?? 1) > (this.results[before]?.invocations ?? 1)) {
      this.results.splice(before, 1);
    }
    this.results.push(result);
  }
}
