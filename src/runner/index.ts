/**
 * The runner of the preset: one sandbox per file, at most maxWorkers at once, opened by Jest's own
 * process. No Jest worker stands between.
 */
import { EventEmitter } from 'node:events';
import { SandboxError } from '../errors/sandbox-error';
import type { FileRun } from '../hand-over/file-run';
import { endForkServers } from '../hand-over/launch-strategy';
import { skippedResult } from '../hand-over/skipped-result';
import { whyUnsupported } from '../hand-over/supported';
import { findJest, type JestPackages } from '../jest/find-jest';
import type { GlobalConfig, RunnerContext, Test, TestRunnerClass, Watcher } from '../jest/types';
import type { Sandbox } from '../launch/open-sandbox';
import { askedByFile, askedByProject, projectsOf } from './file-options';
import { HostCheck } from './host-check';
import { OpenedAhead } from './opened-ahead';
import { preflight } from './preflight';
import { Slots } from './slots';

// biome-ignore lint/suspicious/noExplicitAny: each event of Jest's has a payload of its own
type Listener = (payload: any) => unknown;

/** Jest's interface of an emitting test runner. */
export default class NamespaceRunner {
  readonly supportsEventEmitters = true;
  readonly #emitter = new EventEmitter();
  readonly #globalConfig: GlobalConfig;
  readonly #context: RunnerContext;
  readonly #open = new Set<Sandbox>();
  #hostCheck: HostCheck | undefined;
  #isOver = false;

  constructor(globalConfig: GlobalConfig, context: RunnerContext) {
    this.#globalConfig = globalConfig;
    this.#context = context;
  }

  /** Subscribes to an event of Jest's and returns what unsubscribes. */
  on(eventName: string, listener: Listener): () => void {
    this.#emitter.on(eventName, listener);
    return () => this.#emitter.off(eventName, listener);
  }

  async runTests(tests: Test[], watcher: Watcher, options: { serial: boolean }): Promise<void> {
    const [first] = tests;
    if (first === undefined) return;
    const jest = findJest(first.context.config.rootDir);
    const unsupported = whyUnsupported();
    this.#hostCheck = HostCheck.ofRun(tests.length);
    const ahead = new OpenedAhead(tests, (test, slot) =>
      this.#toFileRun(test, tests, jest, String(slot), watcher),
    );
    try {
      const choices = projectsOf(tests).map(
        (config) => askedByProject(config).options.onUnsupported,
      );
      if (unsupported !== undefined && choices.includes('fail'))
        throw new SandboxError(unsupported);
      if (unsupported !== undefined && choices.includes('run')) {
        return await this.#runPlain(jest, tests, watcher, options);
      }
      if (unsupported === undefined) {
        ahead.prepare(first, 1);
        // Before any file runs: what is wrong for all of them is said once.
        await preflight(this.#globalConfig, tests, jest);
      }
    } catch (error) {
      endForkServers();
      // Said of the first file, not thrown at Jest: it still writes its reports and runs globalTeardown.
      await this.#emit('test-file-start', [first]);
      return this.#emit('test-file-failure', [first, error]);
    }

    // Not `options.serial`: that is Jest's estimate of whether workers pay for their start, and there is
    // none to start here. --runInBand arrives as one worker.
    const slots = new Slots(
      this.#globalConfig.detectOpenHandles ? 1 : this.#globalConfig.maxWorkers,
    );
    const interrupted = new Promise<void>((resolve) => {
      watcher.on?.('change', (state) => {
        if (state.interrupted) resolve();
      });
    });
    // A listener of Jest's that throws ends the run, too.
    const allRun = Promise.all(
      tests.map((test) =>
        slots.use(async (slot) => {
          if (this.#isOver || watcher.isInterrupted()) return;
          await this.#emit('test-file-start', [test]);
          const running =
            unsupported === undefined
              ? ahead.run(test, slot)
              : Promise.resolve(skippedResult(test.path, unsupported));
          await running.then(
            async (result) => {
              const file = { ...this.#fileOf(test), jest };
              const checked = (await this.#hostCheck?.afterResult(file, result)) ?? result;
              await this.#emit('test-file-success', [test, checked]);
            },
            async (error) => {
              await this.#hostCheck?.afterError();
              await this.#emit('test-file-failure', [test, error]);
            },
          );
        }),
      ),
    );
    try {
      await Promise.race([allRun, interrupted]);
    } finally {
      this.#isOver = true;
      endForkServers();
      for (const sandbox of this.#open) sandbox.kill();
      await this.#hostCheck?.afterRun();
    }
  }

  #fileOf({ path, context }: Test) {
    return {
      testPath: path,
      globalConfig: this.#globalConfig,
      projectConfig: context.config,
    };
  }

  #toFileRun(
    test: Test,
    tests: Test[],
    jest: JestPackages,
    workerId: string,
    watcher: Watcher,
  ): FileRun {
    return {
      ...this.#fileOf(test),
      moduleMap: test.context.moduleMap,
      context: this.#context,
      ...askedByFile(test, jest),
      jest,
      workerId,
      sendMessageToJest: (eventName, args) => this.#emit(eventName, args),
      toCome: () => this.#filesFrom(test, tests),
      isInterrupted: () => watcher.isInterrupted(),
      onOpen: (sandbox) => {
        this.#open.add(sandbox);
        this.#hostCheck?.note(sandbox);
        void sandbox.ended.then(() => this.#open.delete(sandbox));
        // The run may have been interrupted while this file was on its way.
        if (this.#isOver || watcher.isInterrupted()) sandbox.kill();
      },
    };
  }

  /** It, and those of the same project. */
  #filesFrom(test: Test, tests: Test[]): string[] {
    return tests
      .slice(tests.indexOf(test))
      .filter(({ context }) => context.config === test.context.config)
      .map(({ path }) => path);
  }

  /** Listeners of Jest's may be async, and Jest expects to be waited for. */
  async #emit(eventName: string, payload: unknown[]): Promise<void> {
    await Promise.all(
      this.#emitter.listeners(eventName).map((listener) => (listener as Listener)(payload)),
    );
  }

  /** Without sandboxes, as the option onUnsupported: 'run' asks: the project's own jest-runner. */
  async #runPlain(
    jest: JestPackages,
    tests: Test[],
    watcher: Watcher,
    options: { serial: boolean },
  ): Promise<void> {
    const { default: TestRunner } = jest.require('jest-runner') as { default: TestRunnerClass };
    const runner = new TestRunner(this.#globalConfig, this.#context);
    for (const name of this.#emitter.eventNames()) {
      runner.on(String(name), (payload: unknown[]) => this.#emit(String(name), payload));
    }
    await runner.runTests(tests, watcher, options);
  }
}
