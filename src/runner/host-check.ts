/** With NS_JEST_CHECK_HOST=1: whether the host is, after the run, as it was before. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { withFailedTest } from '../hand-over/added-failure';
import { tell } from '../hand-over/notices';
import type { UnfinishedFile } from '../hand-over/unfinished-result';
import { changesOf, hostFacts } from '../host/facts';
import type { TestResult } from '../jest/types';
import type { Sandbox } from '../launch/open-sandbox';

/** What the kernel still takes away by itself has this long. */
const PATIENCE_MS = 2000;
const LOOK_EVERY_MS = 50;

export class HostCheck {
  readonly #before = hostFacts();
  /** PID 1 of each sandbox, as it is counted here. */
  readonly #inits = new Set<number>();
  #toGo: number;

  static ofRun(files: number): HostCheck | undefined {
    return process.env.NS_JEST_CHECK_HOST === '1' ? new HostCheck(files) : undefined;
  }

  /** @param files How many are to be run; the check is made when the last has ended. */
  private constructor(files: number) {
    this.#toGo = files;
  }

  note(sandbox: Sandbox): void {
    void sandbox.opened.then((opened) => opened && this.#inits.add(opened.init));
  }

  /** The file's result; of the last one, with a test that has failed if the host has changed. */
  async afterResult(file: UnfinishedFile, result: TestResult): Promise<TestResult> {
    const message = await this.#afterFile();
    if (message === undefined) return result;
    if (result.testResults?.length) {
      return withFailedTest(file, result, 'the host is as it was before the run', message);
    }
    tell(message);
    return result;
  }

  /** Of a file that has failed as a whole there is no result to tell it in. */
  async afterError(): Promise<void> {
    const message = await this.#afterFile();
    if (message !== undefined) tell(message);
  }

  /** A run that was ended has not got to its last file. */
  async afterRun(): Promise<void> {
    if (this.#toGo <= 0) return;
    const message = await this.#compare();
    if (message !== undefined) tell(message);
  }

  async #afterFile(): Promise<string | undefined> {
    this.#toGo -= 1;
    return this.#toGo === 0 ? this.#compare() : undefined;
  }

  #changes(): string[] {
    const left = [...this.#inits].filter(isInit);
    return [
      ...changesOf(this.#before, hostFacts()),
      ...(left.length > 0 ? ['sandboxes', ...left.map((pid) => `  + ns-init ${pid}`)] : []),
    ];
  }

  async #compare(): Promise<string | undefined> {
    const end = Date.now() + PATIENCE_MS;
    let changes = this.#changes();
    while (changes.length > 0 && Date.now() < end) {
      await sleep(LOOK_EVERY_MS);
      changes = this.#changes();
    }
    if (changes.length === 0) return undefined;
    return [
      'The host has changed since the run began:',
      ...changes.map((line) => `  ${line}`),
    ].join('\n');
  }
}

/** Another process may have the number by now. */
function isInit(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8') === 'ns-init\n';
  } catch {
    return false;
  }
}
