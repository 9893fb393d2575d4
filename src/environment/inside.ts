/** The environment as the test process sees it: the base environment, with helpers and matchers. */

import type {
  Environment,
  EnvironmentClass,
  EnvironmentConfig,
  EnvironmentContext,
  ProjectConfig,
} from '../jest/types';
import { AgentsOfTests } from './agents-of-tests';
import { loader } from './module-loader';
import type { TestEvent } from './test-event';

export interface InsideSetup extends EnvironmentHooks {
  Base: EnvironmentClass;
  /** `testEnvironmentOptions` for the base; undefined leaves what the configuration says. */
  baseOptions: Record<string, unknown> | undefined;
  /** Told each entry of Jest's buffered console when it is made. */
  onConsole: (entry: unknown) => void;
  /** Told each event of jest-circus, when we have done with it. */
  onTestEvent?: ((event: TestEvent) => void) | undefined;
}

/** For whoever wants more of the environments than Jest does. */
export interface EnvironmentHooks {
  /** Told each when it is made, before anything of the file runs in it. */
  onEnvironment?: (environment: Environment, config: ProjectConfig) => void;
  /** Gives the class to be extended in place of the base. */
  offer?: (Base: EnvironmentClass) => EnvironmentClass;
}

/** The package may be loaded twice in one process, so what we know is kept where both copies find it. */
const KEY = Symbol.for('ns-jest.inside');
/** Marks our classes, and those that extend them. */
const OURS = Symbol.for('ns-jest.environment');
const store = globalThis as { [KEY]?: InsideSetup };

/** Called once by the test process, before anything loads an environment. */
export function enterSandbox(setup: InsideSetup): void {
  store[KEY] = setup;
}

/**
 * Under the runner a file may ask for an environment that is not ours, by the module `file`. It gets
 * that one, extended; unless it is a class that extends ours.
 */
export function extendOther(file: string, Other: EnvironmentClass): void {
  const setup = store[KEY];
  if (setup === undefined || OURS in Other) return;
  replaceModule(file, extendBase({ ...setup, Base: Other, baseOptions: undefined }));
}

/** The environment class inside a sandbox; undefined outside of one. */
export function insideEnvironment(): EnvironmentClass | undefined {
  return store[KEY] && extendBase(store[KEY]);
}

function replaceModule(file: string, replacement: EnvironmentClass): void {
  const load = loader._load;
  loader._load = function hooked(request, ...rest) {
    if (request !== file) return load.call(this, request, ...rest);
    return { __esModule: true, default: replacement };
  };
}

function extendBase({
  Base,
  baseOptions,
  onConsole,
  onTestEvent,
  onEnvironment,
  offer,
}: InsideSetup): EnvironmentClass {
  const agents = new AgentsOfTests();
  class SandboxEnvironment extends (offer?.(Base) ?? Base) {
    static readonly [OURS] = true;

    constructor(config: EnvironmentConfig, context: EnvironmentContext) {
      const { globalConfig, projectConfig } = config;
      relayConsole(context.console as BufferedConsole, onConsole);
      const testEnvironmentOptions = baseOptions ?? projectConfig.testEnvironmentOptions;
      super({ globalConfig, projectConfig: { ...projectConfig, testEnvironmentOptions } }, context);
      onEnvironment?.(this, projectConfig);
    }

    /** The first event carries Jest's `expect` for this file. */
    override handleTestEvent(
      event: TestEvent & { runtimeGlobals?: { expect?: Expect } },
      state: unknown,
    ): void | Promise<void> {
      if (event.name === 'setup') event.runtimeGlobals?.expect?.extend(loadMatchers());
      agents.onEvent(event);
      onTestEvent?.(event);
      return super.handleTestEvent?.(event, state);
    }
  }
  // Where its class is looked at, in a stack trace for one, it is the environment that was asked for.
  Object.defineProperty(SandboxEnvironment.prototype, 'constructor', {
    value: Base,
    writable: true,
    configurable: true,
  });
  return SandboxEnvironment;
}

/** Jest's console that keeps what is printed until the file has ended. Others print at once. */
interface BufferedConsole {
  _buffer?: { push(entry: unknown): void };
}

/** A file that never ends, or crashes, has no result to bring its console along. */
function relayConsole(console: BufferedConsole, onConsole: (entry: unknown) => void): void {
  if (Array.isArray(console._buffer)) console._buffer = { push: onConsole };
}

interface Expect {
  extend(matchers: object): void;
}

// Required, not imported: without a test runner that sends the event, nobody needs them.
function loadMatchers(): object {
  return (require('../matchers') as typeof import('../matchers')).matchers;
}
