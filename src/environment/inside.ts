/** The environment as the test process sees it: the base environment, with helpers and matchers. */
import type {
  Environment,
  EnvironmentClass,
  EnvironmentConfig,
  EnvironmentContext,
} from '../jest/types';

export interface InsideSetup {
  Base: EnvironmentClass;
  baseOptions: Record<string, unknown>;
}

/** The package may be loaded twice in one process, so what we know is kept where both copies find it. */
const KEY = Symbol.for('ns-jest.inside');
const store = globalThis as { [KEY]?: InsideSetup };

/** Called once by the test process, before Jest loads the environment. */
export function enterSandbox(setup: InsideSetup): void {
  store[KEY] = setup;
}

/** The environment class inside a sandbox; undefined outside of one. */
export function insideEnvironment(): EnvironmentClass | undefined {
  return store[KEY] && extendBase(store[KEY]);
}

function extendBase({ Base, baseOptions }: InsideSetup): EnvironmentClass {
  class SandboxEnvironment extends Base {
    constructor(config: EnvironmentConfig, context: EnvironmentContext) {
      const { globalConfig, projectConfig } = config;
      super(
        { globalConfig, projectConfig: { ...projectConfig, testEnvironmentOptions: baseOptions } },
        context,
      );
    }

    /** The first event carries Jest's `expect` for this file. */
    override async handleTestEvent(
      event: { name: string; runtimeGlobals?: { expect?: Expect } },
      state: unknown,
    ): Promise<void> {
      if (event.name === 'setup') event.runtimeGlobals?.expect?.extend(loadMatchers());
      await super.handleTestEvent?.(event, state);
    }
  }
  // Jest asks whether the method is there, and a base without it must not seem to have none.
  return SandboxEnvironment as unknown as new (
    config: EnvironmentConfig,
    context: EnvironmentContext,
  ) => Environment;
}

interface Expect {
  extend(matchers: object): void;
}

// Required, not imported: without a test runner that sends the event, nobody needs them.
function loadMatchers(): object {
  return (require('../matchers') as typeof import('../matchers')).matchers;
}
