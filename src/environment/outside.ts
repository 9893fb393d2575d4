/**
 * The environment as Jest sees it outside, with `testEnvironment: 'ns-jest'` and any runner. It keeps
 * `setupFiles` from running outside, and hands the file over to a sandbox when Jest starts the test
 * runner. Of a class that extends it only the constructor runs outside, too: JavaScript knows no way to
 * have `new` without it.
 */
import { SandboxError } from '../errors/sandbox-error';
import { runInSandbox } from '../hand-over/run-in-sandbox';
import { skippedResult } from '../hand-over/skipped-result';
import { whyUnsupported } from '../hand-over/supported';
import { defaultExport, findJest, nodeEnvironment, resolveEnvironment } from '../jest/find-jest';
import { moduleMapOf, runnerContextOf } from '../jest/inside-runtime';
import type {
  Environment,
  EnvironmentClass,
  EnvironmentConfig,
  EnvironmentContext,
  TestFramework,
  TestResult,
} from '../jest/types';
import type { CheckedOptions } from '../options/options';
import { readOptions } from '../options/read-options';
import { alwaysWrapTestRunner, wrapNextTestRunner } from './test-runner-hook';

/** The methods of Jest's console classes that Jest reads the result's console from. */
interface TestConsole {
  getBuffer(): unknown;
}

/** The file that an environment of ours stands for. Not a field: the environment is not ours to shape. */
interface HandOver {
  options: CheckedOptions;
  unsupported: string | undefined;
  context: EnvironmentContext;
  setupFiles: { list: string[]; files: string[] };
  /** Set between setup() and the hand-over: the next thing has to be the delegate. */
  isDue: boolean;
}
const handOvers = new WeakMap<object, HandOver>();

/** The environment class outside of a sandbox. Reading it arms the hook for the test runner. */
export function outsideEnvironment(): EnvironmentClass {
  wrapNextTestRunner(delegate);
  return createClass(nodeEnvironment(findJest(process.cwd())));
}

function createClass(NodeEnvironment: EnvironmentClass): EnvironmentClass {
  class HandOverEnvironment extends NodeEnvironment {
    constructor(config: EnvironmentConfig, context: EnvironmentContext) {
      const options = readOptions(config.projectConfig.testEnvironmentOptions);
      const unsupported = whyUnsupported();
      if (unsupported !== undefined && options.onUnsupported === 'fail') {
        throw new SandboxError(unsupported);
      }
      super(config, context);
      const { setupFiles, testRunner } = config.projectConfig;
      if (new.target.prototype !== HandOverEnvironment.prototype) {
        alwaysWrapTestRunner(String(testRunner), delegate);
        keepOutside(this, HandOverEnvironment.prototype);
      }
      handOvers.set(this, {
        options,
        unsupported,
        context,
        // Jest runs them between here and setup(); inside, Jest runs them again.
        setupFiles: { list: setupFiles, files: setupFiles.splice(0) },
        isDue: false,
      });
    }

    override async setup(): Promise<void> {
      restoreSetupFiles(this);
      await super.setup();
      const handOver = handOvers.get(this);
      if (handOver) handOver.isDue = true;
    }

    /** Nothing runs without it. Asked for too early, the file would run outside, and in silence. */
    override getVmContext(): unknown {
      if (handOvers.get(this)?.isDue) throw notHandedOver();
      return super.getVmContext();
    }

    override async teardown(): Promise<void> {
      restoreSetupFiles(this);
      await super.teardown();
    }
  }
  return new Proxy(HandOverEnvironment, {
    construct(target, args: [EnvironmentConfig, EnvironmentContext], newTarget) {
      const [config, context] = args;
      const options = readOptions(config.projectConfig.testEnvironmentOptions);
      // Without sandboxes Jest is to get the base environment itself.
      if (whyUnsupported() !== undefined && options.onUnsupported === 'run') {
        return baseEnvironment(options, config, context);
      }
      return Reflect.construct(target, args, newTarget) as object;
    },
  });
}

/** Outside, these of a class that extends ours stay ours: its own are for the sandbox. */
function keepOutside(environment: object, ours: object): void {
  for (const name of ['setup', 'teardown', 'getVmContext', 'handleTestEvent']) {
    Object.defineProperty(environment, name, {
      value: Reflect.get(ours, name),
      configurable: true,
      writable: true,
    });
  }
}

function notHandedOver(): SandboxError {
  return new SandboxError(
    'The file was not handed over to a sandbox, and does not run outside of one',
    {
      reason:
        'The environment alone needs a test runner that is no ES module, and an environment that ' +
        'asks for its context no earlier than the tests do.',
      fix: "Use the preset: preset: 'ns-jest'",
    },
  );
}

function restoreSetupFiles(environment: object): void {
  const setupFiles = handOvers.get(environment)?.setupFiles;
  setupFiles?.list.push(...setupFiles.files.splice(0));
}

function baseEnvironment(
  options: CheckedOptions,
  { globalConfig, projectConfig }: EnvironmentConfig,
  context: EnvironmentContext,
): Environment {
  const jest = findJest(projectConfig.rootDir);
  const file = resolveEnvironment(jest, projectConfig.rootDir, options.baseEnvironment);
  const Base = defaultExport<EnvironmentClass>(jest.require(file));
  return new Base(
    {
      globalConfig,
      projectConfig: { ...projectConfig, testEnvironmentOptions: options.baseEnvironmentOptions },
    },
    context,
  );
}

/** Runs a file in a sandbox if its environment is ours, and by the project's test runner if not. */
function delegate(original: TestFramework): TestFramework {
  return async (globalConfig, projectConfig, environment, runtime, testPath, sendMessageToJest) => {
    const handOver = handOvers.get(environment);
    if (handOver === undefined) {
      return original(
        globalConfig,
        projectConfig,
        environment,
        runtime,
        testPath,
        sendMessageToJest,
      );
    }
    handOver.isDue = false;
    if (handOver.unsupported !== undefined) return skippedResult(testPath, handOver.unsupported);
    const result = await runInSandbox({
      testPath,
      globalConfig,
      projectConfig,
      moduleMap: moduleMapOf(runtime),
      context: runnerContextOf(runtime),
      options: handOver.options,
      jest: findJest(projectConfig.rootDir),
      workerId: process.env.JEST_WORKER_ID ?? '1',
      sendMessageToJest,
    });
    // Jest asks these for what belongs into the result; the file ran elsewhere, and so are they.
    runtime.getAllCoverageInfoCopy = () => result.coverage;
    runtime.getAllV8CoverageInfoCopy = () => result.v8Coverage;
    (handOver.context.console as TestConsole).getBuffer = () => result.console;
    return keepMeasuredInside(result, ['memoryUsage', 'leaks', 'perfStats']);
  };
}

/** Jest writes what it measured of this process over what was measured of the test process. */
function keepMeasuredInside(result: TestResult, keys: string[]): TestResult {
  for (const key of keys) {
    const value = result[key];
    if (value === undefined) continue;
    Object.defineProperty(result, key, { get: () => value, set: () => {}, enumerable: true });
  }
  return result;
}
