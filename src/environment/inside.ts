/** The environment as the test process sees it: the base environment, with helpers and matchers. */

import type { EnvironmentClass, EnvironmentConfig, EnvironmentContext } from '../jest/types';
import { loader } from './module-loader';

export interface InsideSetup {
  Base: EnvironmentClass;
  /** `testEnvironmentOptions` for the base; undefined leaves what the configuration says. */
  baseOptions: Record<string, unknown> | undefined;
  /** The module that Jest will load as the environment of this file, where it is not ours. */
  otherModule: string | undefined;
}

/** The package may be loaded twice in one process, so what we know is kept where both copies find it. */
const KEY = Symbol.for('ns-jest.inside');
const store = globalThis as { [KEY]?: InsideSetup };

/** Called once by the test process, before Jest loads the environment. */
export function enterSandbox(setup: InsideSetup): void {
  store[KEY] = setup;
  if (setup.otherModule !== undefined) replaceModule(setup.otherModule, extendBase(setup));
}

/** The environment class inside a sandbox; undefined outside of one. */
export function insideEnvironment(): EnvironmentClass | undefined {
  return store[KEY] && extendBase(store[KEY]);
}

/** Under the runner a file may ask for an environment that is not ours. It gets that one, extended. */
function replaceModule(file: string, replacement: EnvironmentClass): void {
  const load = loader._load;
  loader._load = function hooked(request, ...rest) {
    if (request !== file) return load.call(this, request, ...rest);
    return { __esModule: true, default: replacement };
  };
}

function extendBase({ Base, baseOptions }: InsideSetup): EnvironmentClass {
  class SandboxEnvironment extends Base {
    constructor(config: EnvironmentConfig, context: EnvironmentContext) {
      const { globalConfig, projectConfig } = config;
      const testEnvironmentOptions = baseOptions ?? projectConfig.testEnvironmentOptions;
      super({ globalConfig, projectConfig: { ...projectConfig, testEnvironmentOptions } }, context);
    }

    /** The first event carries Jest's `expect` for this file. */
    override handleTestEvent(
      event: { name: string; runtimeGlobals?: { expect?: Expect } },
      state: unknown,
    ): void | Promise<void> {
      if (event.name === 'setup') event.runtimeGlobals?.expect?.extend(loadMatchers());
      return super.handleTestEvent?.(event, state);
    }
  }
  return SandboxEnvironment;
}

interface Expect {
  extend(matchers: object): void;
}

// Required, not imported: without a test runner that sends the event, nobody needs them.
function loadMatchers(): object {
  return (require('../matchers') as typeof import('../matchers')).matchers;
}
